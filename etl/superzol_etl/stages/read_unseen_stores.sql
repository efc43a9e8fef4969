-- Stores with prices that have been unseen for so many days and whose offers are not closed yet, by chain.
-- $1 dataset_key: int2
-- $2 days: int2
SELECT store.chain_key, array_agg(store.store_key) AS store_keys
FROM store
JOIN chain USING (chain_key)
WHERE chain.dataset_key = $1
  AND store.unseen_days >= $2
  AND store.observed_version IS NOT NULL
  AND store.closed_version IS NULL
GROUP BY store.chain_key
ORDER BY store.chain_key
