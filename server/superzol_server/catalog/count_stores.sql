-- Number of stores that list_stores would list.
-- $1 chain_id: text, null for all
-- $2 city: text, null for all
-- $3 kind: int, null for all
-- $4 query: text, words or their beginnings in name, address or city; null for all
-- Budget: 480 shared buffers
SELECT count(*) AS total_size
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
LIMIT 1
