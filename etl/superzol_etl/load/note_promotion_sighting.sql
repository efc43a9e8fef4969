-- Notes the newest promotion file of a store, and since when it has told full ones.
-- $1 store_key: int2
-- $2 full_at: timestamptz, null when no full file was applied
-- $3 full_rows: int4, null when no full file was applied
-- $4 observed_at: timestamptz
-- $5 observed_file: text
-- $6 observed_version: int2
INSERT INTO promotion_sighting AS known
    (store_key, full_at, full_rows, observed_at, observed_file, observed_version, first_full_version)
VALUES ($1, $2::timestamptz, $3, $4, $5, $6::int2, CASE WHEN $2 IS NOT NULL THEN $6 END)
ON CONFLICT (store_key) DO UPDATE
SET full_at = coalesce(excluded.full_at, known.full_at),
    full_rows = coalesce(excluded.full_rows, known.full_rows),
    observed_at = excluded.observed_at,
    observed_file = excluded.observed_file,
    observed_version = excluded.observed_version,
    first_full_version = coalesce(known.first_full_version, excluded.first_full_version)
