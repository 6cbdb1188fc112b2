-- Whether an account may use the key that belongs to the computer.
ALTER TABLE account ADD COLUMN computer_key INTEGER NOT NULL DEFAULT 1;
