-- Accounts, sessions and the audit log of this computer. No key material and no token.
CREATE TABLE account (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid          TEXT    NOT NULL UNIQUE,
    username      TEXT    NOT NULL,
    username_key  TEXT    NOT NULL UNIQUE, -- NFKC and case folded
    email         TEXT    NOT NULL,
    email_key     TEXT    NOT NULL UNIQUE,
    administrator INTEGER NOT NULL,
    disabled      INTEGER NOT NULL DEFAULT 0,
    demo          INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
    id           TEXT    PRIMARY KEY,
    account_id   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    door         TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ended_at     INTEGER
) STRICT;
CREATE INDEX session_by_account ON session (account_id, ended_at);

CREATE TABLE audit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    at         INTEGER NOT NULL,
    account_id INTEGER,
    door       TEXT    NOT NULL,
    action     TEXT    NOT NULL
) STRICT;

-- One row: what happened once on this computer and must not happen again.
CREATE TABLE computer (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    demo_made INTEGER NOT NULL
) STRICT;
