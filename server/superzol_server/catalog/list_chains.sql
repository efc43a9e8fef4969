-- Chains with what they offer and when they were last seen, by chain_id.
-- $1 after_chain_id: text
-- $2 limit: int
-- Budget: 500 shared buffers
WITH page AS (
    SELECT chain.chain_key, chain.chain_id, chain.name, chain.retired
    FROM chain
    JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
    WHERE
        chain.chain_id > $1
        AND EXISTS (
            SELECT FROM chain_version AS loaded
            WHERE loaded.chain_key = chain.chain_key AND loaded.state = 'loaded'
        )
    ORDER BY chain.chain_id
    LIMIT $2
)
SELECT
    page.chain_id,
    page.name,
    page.retired,
    ARRAY(
        SELECT alias FROM chain_alias WHERE chain_alias.chain_key = page.chain_key ORDER BY alias
    ) AS aliases,
    stores.legal_ids,
    stores.store_count,
    (SELECT count(*) FROM offer_pack WHERE offer_pack.chain_key = page.chain_key) AS product_count,
    stores.last_observed_time,
    coalesce(
        (SELECT max(loaded.version) FROM chain_version AS loaded
         WHERE loaded.chain_key = page.chain_key AND loaded.state = 'loaded'),
        0
    ) AS version
FROM page
CROSS JOIN LATERAL (
    SELECT
        coalesce(array_agg(DISTINCT store.legal_id ORDER BY store.legal_id)
            FILTER (WHERE store.legal_id IS NOT NULL), '{}') AS legal_ids,
        count(*) AS store_count,
        max(store.observed_at) AS last_observed_time
    FROM store
    WHERE store.chain_key = page.chain_key
) AS stores
ORDER BY page.chain_id
LIMIT $2
