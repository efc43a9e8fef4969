-- Cities with their stores, by the name as searched; those known by their code only come first.
-- $1 after_key_city: text
-- $2 limit: int
-- Budget: 480 shared buffers
SELECT
    coalesce(mode() WITHIN GROUP (ORDER BY store.city), '') AS name,
    coalesce(mode() WITHIN GROUP (ORDER BY store.city_code), '') AS city_code,
    count(*) AS store_count,
    store.search_city AS key_city
FROM store
JOIN chain ON chain.chain_key = store.chain_key
JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
WHERE store.search_city > $1
GROUP BY key_city
ORDER BY key_city
LIMIT $2
