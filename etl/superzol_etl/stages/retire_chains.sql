-- Retires chains none of whose stores was seen for so many days, and takes back those that are seen again.
-- $1 dataset_key: int2
-- $2 days: int2
WITH counted AS (
    SELECT store.chain_key, min(store.unseen_days) >= $2 AS retired
    FROM store
    JOIN chain USING (chain_key)
    WHERE chain.dataset_key = $1
      AND store.observed_version IS NOT NULL
    GROUP BY store.chain_key
)
UPDATE chain
SET retired = counted.retired
FROM counted
WHERE chain.chain_key = counted.chain_key
  AND chain.retired <> counted.retired
