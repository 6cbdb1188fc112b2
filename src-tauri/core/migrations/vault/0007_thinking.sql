-- How long a model thought before it answered, in milliseconds.
ALTER TABLE message ADD COLUMN thought_ms INTEGER;
