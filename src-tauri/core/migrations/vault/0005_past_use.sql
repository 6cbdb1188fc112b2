-- What was used in chats that are gone: sums, and no word of them. Hours, since a day begins when it
-- does where the person is.
CREATE TABLE past_use (
    hour          INTEGER NOT NULL, -- its beginning, ms since 1970
    service_id    INTEGER NOT NULL, -- 0: none
    model         TEXT    NOT NULL,
    answers       INTEGER NOT NULL,
    input_tokens  INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cost          INTEGER NOT NULL, -- millionths of a US dollar, as far as it is known
    without_price INTEGER NOT NULL, -- answers of which it isn't
    PRIMARY KEY (hour, service_id, model)
) STRICT, WITHOUT ROWID;
