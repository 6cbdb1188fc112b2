-- Somebody who stays signed in: since when.
CREATE TABLE staying (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    since         INTEGER NOT NULL,
    last_used_at  INTEGER NOT NULL,
    newest_person INTEGER NOT NULL -- the id of the account that had come last when it was chosen
) STRICT;

-- Small secrets, such as keys of model services, sealed once more: what SQLite had in memory is not
-- wiped. Until now `provider` held its key; it is moved here at the next opening.
CREATE TABLE secret (
    name   TEXT PRIMARY KEY,
    sealed TEXT NOT NULL
) STRICT;
