-- One chain, if it is there.
-- $1 chain_id: text
-- Budget: 10 shared buffers
SELECT chain.chain_id
FROM chain
JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
WHERE chain.chain_id = $1
LIMIT 1
