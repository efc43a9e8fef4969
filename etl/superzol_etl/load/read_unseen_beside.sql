-- Stores beside that a version leaves unseen for so many days, of which offers may still stand.
-- $1 dataset_key: int2
-- $2 version: int2
-- $3 days: int2
WITH dated AS (
    SELECT version, day
    FROM dataset_version
    WHERE dataset_key = $1
      AND version <= $2
      AND day IS NOT NULL
)
SELECT store_key
FROM store
WHERE observed_version IS NOT NULL
  AND closed_version IS NULL
  AND (SELECT day FROM dated WHERE version = $2)
      - (SELECT day FROM dated WHERE version <= store.observed_version ORDER BY version DESC LIMIT 1) >= $3
ORDER BY store_key
