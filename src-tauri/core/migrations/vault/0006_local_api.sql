-- What clients of the local API know of a person and of chats.
ALTER TABLE profile ADD COLUMN first_name TEXT NOT NULL DEFAULT '';
ALTER TABLE profile ADD COLUMN last_name  TEXT NOT NULL DEFAULT '';
-- When a client said that a chat is over.
ALTER TABLE chat ADD COLUMN ended_at INTEGER;
CREATE INDEX chat_by_time ON chat (updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX strategy_by_time ON strategy (updated_at DESC, id DESC);
