CREATE TABLE vault_meta (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    account_uuid      TEXT    NOT NULL,
    header_generation INTEGER NOT NULL
) STRICT;

CREATE TABLE profile (
    id              INTEGER PRIMARY KEY CHECK (id = 1),
    risk_tolerance  TEXT    NOT NULL,
    timeframe       TEXT    NOT NULL,
    symbols         TEXT    NOT NULL, -- JSON array
    risk_parameters TEXT    NOT NULL, -- JSON object
    updated_at      INTEGER NOT NULL,
    goals           TEXT    NOT NULL,
    preferences     TEXT    NOT NULL
) STRICT;

CREATE TABLE context (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT    NOT NULL,
    active       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    data         TEXT    NOT NULL, -- JSON object
    instructions TEXT    NOT NULL
) STRICT;
CREATE INDEX context_by_update ON context (updated_at DESC, id DESC);

CREATE TABLE chat (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id   TEXT    NOT NULL UNIQUE,
    context_id   INTEGER REFERENCES context (id) ON DELETE SET NULL,
    head_id      INTEGER REFERENCES message (id), -- the newest message of the current branch
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    titled       INTEGER NOT NULL DEFAULT 0,      -- 1: the person chose the title
    title        TEXT    NOT NULL
) STRICT;
CREATE INDEX chat_by_update ON chat (updated_at DESC, id DESC);
CREATE INDEX chat_by_context ON chat (context_id);

CREATE TABLE message (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id       INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    parent_id     INTEGER REFERENCES message (id) ON DELETE CASCADE,
    depth         INTEGER NOT NULL,               -- messages above it on its branch
    role          TEXT    NOT NULL CHECK (role IN ('user', 'assistant', 'system')),
    state         TEXT    NOT NULL CHECK (state IN ('done', 'writing', 'stopped', 'failed', 'interrupted')),
    created_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    input_tokens  INTEGER,
    output_tokens INTEGER,
    model         TEXT,
    problem       TEXT,                           -- JSON
    opaque        TEXT,                           -- JSON that the same service wants back
    thoughts      TEXT,
    text          TEXT    NOT NULL
) STRICT;
CREATE INDEX message_by_chat ON message (chat_id, id);
CREATE INDEX message_by_parent ON message (parent_id);
CREATE INDEX message_writing ON message (state) WHERE state = 'writing';

CREATE TABLE strategy (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id    INTEGER REFERENCES chat (id) ON DELETE SET NULL,
    name       TEXT    NOT NULL, -- its class
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (chat_id, name)
) STRICT;

CREATE TABLE strategy_version (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    strategy_id INTEGER NOT NULL REFERENCES strategy (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    context_id  INTEGER REFERENCES context (id) ON DELETE SET NULL,
    created_at  INTEGER NOT NULL,
    model       TEXT    NOT NULL,
    profile     TEXT    NOT NULL, -- JSON, as it was told to the model
    code        TEXT    NOT NULL,
    UNIQUE (strategy_id, number)
) STRICT;

-- Where a version stands in answers: a block that repeats it makes no version of its own.
CREATE TABLE strategy_mark (
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    block      INTEGER NOT NULL,
    version_id INTEGER NOT NULL REFERENCES strategy_version (id) ON DELETE CASCADE,
    PRIMARY KEY (message_id, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX strategy_mark_by_version ON strategy_mark (version_id);

-- One row for each service that a key or an address was entered for.
CREATE TABLE provider (
    name     TEXT PRIMARY KEY,
    base_url TEXT NOT NULL,
    model    TEXT,
    key      TEXT,
    key_url  TEXT  -- the address that the key was entered for, and the only one it is sent to
) STRICT;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL -- JSON
) STRICT;
