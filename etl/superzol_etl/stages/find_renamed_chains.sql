-- Chains of a version that publish stores of a chain that has no files in it and was never loaded beside them, while answers
-- still tell its prices: by chain.
-- $1 dataset_key: int2
-- $2 chain_ids: text[] of the chains with files in the version
-- $3 days: int2 after which answers leave out a store that is not seen
WITH known AS (
    SELECT chain.chain_key, chain.chain_id, chain.chain_id = ANY ($2) AS speaks, store.code, store.legal_id
    FROM chain
    JOIN store USING (chain_key)
    WHERE chain.dataset_key = $1
      AND NOT chain.retired
      AND store.legal_id IS NOT NULL
      AND store.observed_version IS NOT NULL
      AND (chain.chain_id = ANY ($2) OR store.unseen_days < $3)
), loaded AS (
    SELECT chain_key, min(version) AS first, max(version) AS last
    FROM chain_version
    WHERE state IN ('loaded', 'forgotten')
    GROUP BY chain_key
)
SELECT renamed.chain_id, former.chain_id AS former, array_agg(DISTINCT legal_id ORDER BY legal_id) AS legal_ids,
       count(*)::int4 AS stores
FROM known AS renamed
JOIN known AS former USING (legal_id, code)
JOIN loaded AS of_renamed ON of_renamed.chain_key = renamed.chain_key
JOIN loaded AS of_former ON of_former.chain_key = former.chain_key
WHERE renamed.speaks
  AND NOT former.speaks
  AND of_renamed.first > of_former.last
GROUP BY renamed.chain_id, former.chain_id
ORDER BY renamed.chain_id, former.chain_id
