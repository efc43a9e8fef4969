-- Number of chains of which a version is loaded.
-- Budget: 20 shared buffers
SELECT count(*) AS total_size
FROM chain
JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
WHERE EXISTS (
    SELECT FROM chain_version AS loaded
    WHERE loaded.chain_key = chain.chain_key AND loaded.state = 'loaded'
)
LIMIT 1
