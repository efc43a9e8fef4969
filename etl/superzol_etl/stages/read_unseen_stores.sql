-- Stores with prices that have been unseen for so many days and whose offers are not closed yet, by chain and by the first
-- version as of which they were.
-- $1 dataset_key: int2
-- $2 days: int2
WITH dated AS (
    SELECT version, day
    FROM dataset_version
    WHERE dataset_key = $1
      AND day IS NOT NULL
)
SELECT store.chain_key, late.version, array_agg(store.store_key) AS store_keys
FROM store
JOIN chain USING (chain_key)
CROSS JOIN LATERAL (
    SELECT dated.version
    FROM dated
    WHERE dated.version > store.observed_version
      AND dated.day - (SELECT day FROM dated WHERE version <= store.observed_version ORDER BY version DESC LIMIT 1) >= $2
    ORDER BY dated.version
    LIMIT 1
) AS late
WHERE chain.dataset_key = $1
  AND store.unseen_days >= $2
  AND store.observed_version IS NOT NULL
  AND store.closed_version IS NULL
GROUP BY store.chain_key, late.version
ORDER BY store.chain_key, late.version
