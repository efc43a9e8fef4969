-- A chain and the dataset it belongs to.
-- $1 chain_id: text
SELECT chain.chain_key, chain.dataset_key, dataset.dataset_id
FROM chain
JOIN dataset USING (dataset_key)
WHERE chain.chain_id = $1
