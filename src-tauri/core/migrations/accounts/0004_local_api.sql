-- The local API of this computer: one row once an administrator has chosen something.
CREATE TABLE local_api (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    listens INTEGER NOT NULL,
    port    INTEGER NOT NULL,
    origins TEXT    NOT NULL -- JSON array
) STRICT;
