-- Number of prices of one store.
-- $1 store_id: text
-- $2 chain_id: text, null for all
-- Budget: 1100 shared buffers
SELECT count(*) AS total_size
FROM offer_pack AS pack
WHERE pack.chain_key = (
        SELECT store.chain_key
        FROM store
        JOIN chain ON chain.chain_key = store.chain_key
        WHERE store.store_id = $1 AND ($2::text IS NULL OR chain.chain_id = $2)
    )
    AND (SELECT store_key FROM store WHERE store_id = $1) = ANY (pack.store_keys)
