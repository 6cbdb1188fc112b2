-- Lists: pinned first, archived apart, and what was deleted can be brought back for a moment.
ALTER TABLE chat ADD COLUMN pinned     INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat ADD COLUMN archived   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE chat ADD COLUMN deleted_at INTEGER;
-- What ended in it and was not looked at yet.
ALTER TABLE chat ADD COLUMN unseen     TEXT CHECK (unseen IN ('done', 'failed'));
DROP INDEX chat_by_update;
CREATE INDEX chat_by_list ON chat (archived, pinned DESC, updated_at DESC, id DESC)
    WHERE deleted_at IS NULL;
CREATE INDEX chat_deleted ON chat (deleted_at) WHERE deleted_at IS NOT NULL;

-- The tree: which of the messages below one is shown. Until now that was always the newest.
ALTER TABLE message ADD COLUMN chosen_id INTEGER;
DROP INDEX message_by_parent;
CREATE INDEX message_by_parent ON message (parent_id, chat_id, id);
UPDATE message SET chosen_id =
    (SELECT max(below.id) FROM message AS below WHERE below.parent_id = message.id);
-- For walks along a branch and looks at times: the rows are large.
CREATE INDEX message_tree ON message (id, parent_id, chosen_id, created_at);

-- What an answer was made with.
CREATE TABLE context_version (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    context_id   INTEGER REFERENCES context (id) ON DELETE SET NULL, -- answers outlive it
    number       INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    name         TEXT    NOT NULL,
    data         TEXT    NOT NULL, -- JSON object
    instructions TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX context_version_by_number ON context_version (context_id, number);
INSERT INTO context_version (context_id, number, created_at, name, data, instructions)
SELECT id, 1, updated_at, name, data, instructions FROM context;

CREATE TABLE profile_version (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at INTEGER NOT NULL,
    profile    TEXT    NOT NULL -- JSON, as it was told to models
) STRICT;

ALTER TABLE message ADD COLUMN context_version_id INTEGER;
ALTER TABLE message ADD COLUMN profile_version_id INTEGER;
-- The service's own word for how it ended.
ALTER TABLE message ADD COLUMN finish TEXT;
-- JSON: what the service was asked beside the words.
ALTER TABLE message ADD COLUMN parameters TEXT;
ALTER TABLE message ADD COLUMN has_code INTEGER NOT NULL DEFAULT 0;
-- 1: it was made in another chat, or came in from a file: what it cost is not counted here.
ALTER TABLE message ADD COLUMN copied INTEGER NOT NULL DEFAULT 0;
DROP INDEX message_by_use;
CREATE INDEX message_by_use ON message (created_at) WHERE input_tokens IS NOT NULL AND copied = 0;

-- What was typed and not sent yet.
CREATE TABLE draft (
    chat_id    INTEGER NOT NULL, -- 0: the chat that begins with it
    message_id INTEGER NOT NULL, -- the question that it changes; 0: the next one
    updated_at INTEGER NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (chat_id, message_id)
) STRICT, WITHOUT ROWID;

-- The words of messages, titles and contexts. `marks` holds what a search is narrowed by; `parts`
-- the parts of names such as MomentumCross. The texts themselves are in their tables.
CREATE VIRTUAL TABLE message_words USING fts5 (
    marks, words, parts,
    content = '', contentless_delete = 1, prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE chat_words USING fts5 (
    words, parts,
    content = '', contentless_delete = 1, prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE context_words USING fts5 (
    words, parts,
    content = '', contentless_delete = 1, prefix = '2 3',
    tokenize = 'unicode61 remove_diacritics 2'
);
-- What an older program left without words: messages below this id, taken from the newest down,
-- and whether titles and contexts are among it.
CREATE TABLE words_missing (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    below  INTEGER NOT NULL,
    titles INTEGER NOT NULL,
    torn   INTEGER NOT NULL -- 1: words of what was deleted may still be in the indexes
) STRICT;
INSERT INTO words_missing (id, below, titles, torn)
SELECT 1, coalesce((SELECT max(id) + 1 FROM message), 0),
       EXISTS (SELECT 1 FROM chat) OR EXISTS (SELECT 1 FROM context), 0;
