-- Notes the newest promotion file of a store.
-- $1 store_key: int2
-- $2 full_at: timestamptz, null when no full file was applied
-- $3 observed_at: timestamptz
-- $4 observed_file: text
-- $5 observed_version: int2
INSERT INTO promotion_sighting AS known (store_key, full_at, observed_at, observed_file, observed_version)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (store_key) DO UPDATE
SET full_at = coalesce(excluded.full_at, known.full_at),
    observed_at = excluded.observed_at,
    observed_file = excluded.observed_file,
    observed_version = excluded.observed_version
