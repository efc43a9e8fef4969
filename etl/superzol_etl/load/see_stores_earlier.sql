-- Takes over what was seen beside of a chain's stores that no version has seen since, and full files of those of which
-- only changes were seen.
-- $1 chain_key: int2
UPDATE store AS known
SET full_at = coalesce(known.full_at, beside.full_at),
    full_rows = coalesce(known.full_rows, beside.full_rows),
    observed_at = coalesce(known.observed_at, beside.observed_at),
    observed_version = coalesce(known.observed_version, beside.observed_version),
    observed_file = coalesce(known.observed_file, beside.observed_file),
    closed_version = CASE WHEN known.observed_at IS NULL THEN beside.closed_version ELSE known.closed_version END
FROM pg_temp.store AS beside
WHERE known.chain_key = $1
  AND beside.store_key = known.store_key
  AND (known.full_at IS NULL OR known.observed_at IS NULL)
  AND beside.observed_at IS NOT NULL
