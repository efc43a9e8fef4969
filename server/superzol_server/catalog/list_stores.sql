-- Stores, by store_id.
-- $1 chain_id: text, null for all
-- $2 city: text, null for all
-- $3 kind: int, null for all
-- $4 query: text, words or their beginnings in name, address or city; null for all
-- $5 after_store_id: text
-- $6 limit: int
-- Budget: 480 shared buffers
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
WHERE
    ($1::text IS NULL OR chain.chain_id = $1)
    AND ($2::text IS NULL OR store.search_city = (SELECT city_text($2)))
    AND ($3::int IS NULL OR store.kind = $3)
    AND NOT EXISTS (
        SELECT FROM regexp_split_to_table(search_text($4), ' ') AS word
        WHERE strpos(' ' || search_text(concat_ws(' ', store.name, store.address, store.city)), ' ' || word) = 0
    )
    AND store.store_id > $5
ORDER BY store.store_id
LIMIT $6
