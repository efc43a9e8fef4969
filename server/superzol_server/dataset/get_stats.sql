-- What the database holds and how fresh it is.
-- Budget: 1000 shared buffers
SELECT
    (SELECT coalesce(sum(dataset.generation), 0)::int8 FROM dataset) AS generation,
    (SELECT count(*)
     FROM chain
     JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
     WHERE EXISTS (
         SELECT FROM chain_version AS loaded
         WHERE loaded.chain_key = chain.chain_key AND loaded.state = 'loaded'
     )
    ) AS chain_count,
    stores.store_count,
    (SELECT count(*) FROM product_stat AS stat WHERE stat.stores > 0) AS product_count,
    -- Summed by publish: adding up offer_pack would read all of it.
    (SELECT coalesce(sum(stat.stores), 0)::int8 FROM product_stat AS stat) AS offer_count,
    (SELECT coalesce(sum(greatest(part.reltuples, 0)), 0)::int8
     FROM pg_inherits
     JOIN pg_class AS part ON part.oid = pg_inherits.inhrelid
     WHERE pg_inherits.inhparent = 'price_span'::regclass
    ) AS closed_span_count,
    stores.newest_observed_time,
    CASE
        WHEN stores.newest_observed_time IS NOT NULL
        THEN greatest(extract(epoch FROM now() - stores.newest_observed_time), 0)::int8
    END AS newest_observed_age_seconds,
    pg_database_size(current_database()) AS database_bytes
FROM (
    SELECT count(*) AS store_count, max(store.observed_at) AS newest_observed_time
    FROM store
    JOIN chain ON chain.chain_key = store.chain_key
    JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
) AS stores
LIMIT 1
