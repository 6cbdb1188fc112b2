-- Forms that were filled in and not saved yet.
CREATE TABLE form_draft (
    form       TEXT    NOT NULL CHECK (form IN ('profile', 'context')),
    context_id INTEGER NOT NULL, -- 0: a new context, and the profile
    updated_at INTEGER NOT NULL,
    text       TEXT    NOT NULL,
    PRIMARY KEY (form, context_id)
) STRICT, WITHOUT ROWID;

-- What no answer was made with is found when the last one is deleted.
CREATE INDEX message_by_context_version ON message (context_version_id)
    WHERE context_version_id IS NOT NULL;
CREATE INDEX message_by_profile_version ON message (profile_version_id)
    WHERE profile_version_id IS NOT NULL;
