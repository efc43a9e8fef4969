-- Counts for how many days each store has not been seen, between the days of versions.
-- $1 dataset_key: int2
WITH dated AS (
    SELECT version, day
    FROM dataset_version
    WHERE dataset_key = $1
      AND day IS NOT NULL
), counted AS (
    SELECT store.store_key,
           (SELECT day FROM dated ORDER BY version DESC LIMIT 1)
           -- A version that was never closed has no day: then the last one before it.
           - (SELECT day FROM dated WHERE version <= store.observed_version ORDER BY version DESC LIMIT 1) AS days
    FROM store
    JOIN chain USING (chain_key)
    WHERE chain.dataset_key = $1
)
UPDATE store
SET unseen_days = least(greatest(counted.days, 0), 32767)
FROM counted
WHERE store.store_key = counted.store_key
  AND store.unseen_days <> least(greatest(counted.days, 0), 32767)
