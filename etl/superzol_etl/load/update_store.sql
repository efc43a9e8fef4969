-- Notes the newest price file of a store, and its last good full file.
-- $1 store_key: int2
-- $2 version: int2
-- $3 observed_at: timestamptz
-- $4 observed_file: text
-- $5 full_at: timestamptz
-- $6 full_rows: int4
-- $7 legal_id: text
UPDATE store
SET observed_version = $2,
    observed_at = $3,
    observed_file = $4,
    full_at = coalesce($5, full_at),
    full_rows = coalesce($6, full_rows),
    legal_id = coalesce($7, legal_id),
    unseen_days = 0,
    closed_version = NULL
WHERE store_key = $1
