-- Administration: who did what to whom, devices, accounts that wait for their owner.
ALTER TABLE account ADD COLUMN claimed INTEGER NOT NULL DEFAULT 1;
ALTER TABLE account ADD COLUMN last_signed_in_at INTEGER;

ALTER TABLE session ADD COLUMN label TEXT NOT NULL DEFAULT '';

-- Names as they were: an entry outlives the account that it speaks of.
ALTER TABLE audit ADD COLUMN actor TEXT;
ALTER TABLE audit ADD COLUMN subject TEXT;
CREATE INDEX audit_by_subject ON audit (subject, id);
