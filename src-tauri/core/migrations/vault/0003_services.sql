-- Services with AI models, as many as a person likes. Their keys, headers and proxies are in
-- `secret`; Gemini's is moved to its new name there at the next opening.
CREATE TABLE service (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- 0: the computer's own key
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    base_url   TEXT    NOT NULL,
    proxy      TEXT    NOT NULL DEFAULT 'system' CHECK (proxy IN ('system', 'direct', 'manual')),
    patience   TEXT,                              -- JSON; NULL: as usual
    models     TEXT,                              -- JSON array, as the service listed them
    models_at  INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO service (kind, name, base_url, created_at)
SELECT 'gemini', 'Gemini', base_url, 0 FROM provider WHERE name = 'gemini';

-- {"service": id or null, "model": id or null}; both null: the built-in model.
UPDATE setting SET name = 'model', value = CASE value
    WHEN '"gemini"' THEN json_object(
        'service', (SELECT id FROM service), 'model', (SELECT model FROM provider))
    ELSE '{"service":null,"model":null}' END
WHERE name = 'model_choice';

-- The same, where a context or a chat has a model of its own.
ALTER TABLE context ADD COLUMN model TEXT;
ALTER TABLE chat ADD COLUMN model TEXT;

-- What an answer was made with, and what it cost: millionths of a US dollar.
ALTER TABLE message ADD COLUMN service_id INTEGER; -- perhaps of one that was removed
ALTER TABLE message ADD COLUMN service_kind TEXT;
ALTER TABLE message ADD COLUMN model_id TEXT;
ALTER TABLE message ADD COLUMN cached_tokens INTEGER;
ALTER TABLE message ADD COLUMN cost INTEGER;
-- Messages before it that were not sent.
ALTER TABLE message ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;
-- 1: a question that lets the answer above it go on, however that ended.
ALTER TABLE message ADD COLUMN goes_on INTEGER NOT NULL DEFAULT 0;
CREATE INDEX message_by_use ON message (created_at) WHERE input_tokens IS NOT NULL;

-- What a model was told in the place of the messages up to `message_id` on its branch.
CREATE TABLE summary (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    chat_id    INTEGER NOT NULL REFERENCES chat (id) ON DELETE CASCADE,
    message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    messages   INTEGER NOT NULL, -- how many it stands for
    created_at INTEGER NOT NULL,
    input_tokens  INTEGER NOT NULL, -- what writing it used and cost
    output_tokens INTEGER NOT NULL,
    cost       INTEGER,
    model      TEXT    NOT NULL,
    text       TEXT    NOT NULL
) STRICT;
CREATE INDEX summary_by_message ON summary (message_id);
CREATE INDEX summary_by_chat ON summary (chat_id);

-- Prices that the person entered, in US dollars for a million tokens.
CREATE TABLE price (
    kind   TEXT NOT NULL,
    model  TEXT NOT NULL,
    input  REAL NOT NULL,
    output REAL NOT NULL,
    cached REAL,
    PRIMARY KEY (kind, model)
) STRICT, WITHOUT ROWID;
