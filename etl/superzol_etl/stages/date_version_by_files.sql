-- Gives a version that has no day yet that of most of its files, until all of its chains are known.
-- $1 dataset_key: int2
-- $2 version: int2
-- $3 day_end: timestamptz
UPDATE dataset_version
SET day = ($3 AT TIME ZONE 'Asia/Jerusalem')::date
WHERE dataset_key = $1
  AND version = $2
  AND day IS NULL
