-- Takes over which price files of a chain's stores were seen last.
-- $1 chain_key: int2
UPDATE store AS known
SET full_at = beside.full_at,
    full_rows = beside.full_rows,
    observed_at = beside.observed_at,
    observed_version = beside.observed_version,
    observed_file = beside.observed_file,
    closed_version = beside.closed_version
FROM pg_temp.store AS beside
WHERE known.chain_key = $1
  AND beside.store_key = known.store_key
  AND (known.full_at, known.full_rows, known.observed_at, known.observed_version, known.observed_file,
       known.closed_version)
      IS DISTINCT FROM
      (beside.full_at, beside.full_rows, beside.observed_at, beside.observed_version, beside.observed_file,
       beside.closed_version)
