-- Number of chains.
-- Budget: 10 shared buffers
SELECT count(*) AS total_size
FROM chain
JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
LIMIT 1
