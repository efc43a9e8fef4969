-- Number of prices of one chain.
-- $1 chain_id: text
-- $2 unseen_limit: int, days from which on a store unseen is left out
-- Budget: 1100 shared buffers
WITH gone AS MATERIALIZED (
    SELECT coalesce(array_agg(store.store_key), '{}') AS store_keys
    FROM store
    JOIN chain ON chain.chain_key = store.chain_key
    WHERE chain.chain_id = $1 AND store.unseen_days >= $2::int4
)
SELECT coalesce(sum(
    CASE
        WHEN (SELECT store_keys = '{}' FROM gone) THEN pack.offers
        ELSE (
            SELECT count(*)
            FROM unnest(pack.store_keys) AS seen (store_key)
            WHERE seen.store_key <> ALL ((SELECT store_keys FROM gone)::int2[])
        )
    END
), 0)::int8 AS total_size
FROM offer_pack AS pack
WHERE pack.chain_key = (SELECT chain_key FROM chain WHERE chain_id = $1)
