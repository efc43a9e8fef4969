-- Number of cities that list_cities would list.
-- Budget: 480 shared buffers
SELECT count(DISTINCT store.search_city) AS total_size
FROM store
JOIN chain ON chain.chain_key = store.chain_key
JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
LIMIT 1
