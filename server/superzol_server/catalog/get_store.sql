-- One store.
-- $1 store_id: text
-- Budget: 10 shared buffers
SELECT
    store.store_id,
    chain.chain_id,
    store.code,
    store.name,
    store.kind,
    store.sub_chain,
    store.address,
    store.online_url,
    store.city,
    store.city_code,
    store.published_city,
    store.zip_code,
    store.legal_id,
    store.observed_at AS last_observed_time
FROM store
JOIN chain ON chain.chain_key = store.chain_key
JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
WHERE store.store_id = $1
LIMIT 1
