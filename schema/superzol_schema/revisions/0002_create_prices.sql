-- What it costs: open offers packed per product and chain, and the closed spans behind them.

CREATE TABLE offer_pack (
    product_key      int4 NOT NULL,
    chain_key        int2 NOT NULL,
    product_id       text NOT NULL COLLATE "C",
    store_keys       int2[] NOT NULL,
    prices           int4[] NOT NULL,
    since            int2[] NOT NULL,
    flags            int2[] NOT NULL,
    price_min        int4,
    price_max        int4,
    price_sum        int8 NOT NULL,
    priced           int2 NOT NULL,
    offers           int2 NOT NULL,
    changed_version  int2 NOT NULL,
    PRIMARY KEY (product_key, chain_key)
) WITH (fillfactor = 70, toast_tuple_target = 8160);
-- No statement filters by the arrays, and the others need no fine histogram: a sample of 300 rows for each
-- of the 100 buckets of the default would cost more than a load takes to write the table.
ALTER TABLE offer_pack
    ALTER COLUMN store_keys SET STATISTICS 0,
    ALTER COLUMN prices SET STATISTICS 0,
    ALTER COLUMN since SET STATISTICS 0,
    ALTER COLUMN flags SET STATISTICS 0,
    ALTER COLUMN product_key SET STATISTICS 20,
    ALTER COLUMN chain_key SET STATISTICS 20,
    ALTER COLUMN product_id SET STATISTICS 20,
    ALTER COLUMN price_min SET STATISTICS 0,
    ALTER COLUMN price_max SET STATISTICS 0,
    ALTER COLUMN price_sum SET STATISTICS 0,
    ALTER COLUMN priced SET STATISTICS 0,
    ALTER COLUMN offers SET STATISTICS 0,
    ALTER COLUMN changed_version SET STATISTICS 20;
CREATE INDEX offer_pack_chain ON offer_pack (chain_key, product_id);
COMMENT ON TABLE offer_pack IS 'Open offers of one product in one chain: arrays over stores, sorted by store_key. Wide rows stay inline, updates stay HOT.';
COMMENT ON COLUMN offer_pack.product_key IS 'The product.';
COMMENT ON COLUMN offer_pack.chain_key IS 'The chain.';
COMMENT ON COLUMN offer_pack.product_id IS 'Copy of product.product_id: a chain''s shelf is walked in identifier order through its index.';
COMMENT ON COLUMN offer_pack.store_keys IS 'Stores that offer it, ascending.';
COMMENT ON COLUMN offer_pack.prices IS 'Shelf prices in agorot, one per store.';
COMMENT ON COLUMN offer_pack.since IS 'Dataset version since which the price stands, one per store.';
COMMENT ON COLUMN offer_pack.flags IS 'Bits, one set per store: 1 zero price, 2 repeated in its file, 4 test row, 8 weighted, 16 from a partial file.';
COMMENT ON COLUMN offer_pack.price_min IS 'Lowest price above zero; null when all are zero.';
COMMENT ON COLUMN offer_pack.price_max IS 'Highest price above zero; null when all are zero.';
COMMENT ON COLUMN offer_pack.price_sum IS 'Sum of prices.';
COMMENT ON COLUMN offer_pack.priced IS 'Number of prices above zero.';
COMMENT ON COLUMN offer_pack.offers IS 'Number of stores.';
COMMENT ON COLUMN offer_pack.changed_version IS 'Dataset version that last changed the row.';

CREATE VIEW offer AS
    SELECT pack.product_key, pack.product_id, pack.chain_key, open.store_key, open.price, open.since, open.flags
    FROM offer_pack AS pack
    CROSS JOIN LATERAL unnest(pack.store_keys, pack.prices, pack.since, pack.flags) AS open (store_key, price, since, flags);
COMMENT ON VIEW offer IS 'offer_pack as flat rows; only for statements with a product_key predicate (a contract test says so).';

CREATE TABLE price_span (
    product_key  int4 NOT NULL,
    price        int4 NOT NULL,
    chain_key    int2 NOT NULL,
    store_key    int2 NOT NULL,
    valid_from   int2 NOT NULL,
    valid_to     int2 NOT NULL
) PARTITION BY RANGE (valid_to);
CREATE INDEX price_span_product ON price_span (product_key);
CREATE INDEX price_span_store ON price_span (store_key, valid_to);
COMMENT ON TABLE price_span IS 'Closed price spans, insert-only: price held in versions valid_from <= v < valid_to. The open span is in offer_pack.';
COMMENT ON COLUMN price_span.product_key IS 'The product.';
COMMENT ON COLUMN price_span.price IS 'Shelf price in agorot.';
COMMENT ON COLUMN price_span.chain_key IS 'The chain.';
COMMENT ON COLUMN price_span.store_key IS 'The store.';
COMMENT ON COLUMN price_span.valid_from IS 'First dataset version with this price.';
COMMENT ON COLUMN price_span.valid_to IS 'Version that brought another price or none.';

CREATE FUNCTION ensure_price_span_partition(version int) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_version int := version / 32 * 32;
    partition_name text := format('price_span_%s', first_version);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(partition_name, 0));
    IF to_regclass(format('public.%I', partition_name)) IS NULL THEN
        EXECUTE format('CREATE TABLE public.%I PARTITION OF public.price_span FOR VALUES FROM (%s) TO (%s)',
                       partition_name, greatest(first_version, -32768), least(first_version + 32, 32767));
        -- Not inherited by partitions: without it the loader's VACUUM and ANALYZE pass them over. New in PostgreSQL 17.
        IF current_setting('server_version_num')::int >= 170000 THEN
            EXECUTE format('GRANT MAINTAIN ON public.%I TO superzol_loader', partition_name);
        END IF;
    END IF;
END $$;
COMMENT ON FUNCTION ensure_price_span_partition IS 'Makes the partition of 32 versions that holds spans closed by this version; run by the loader ahead of its transactions.';
REVOKE EXECUTE ON FUNCTION ensure_price_span_partition FROM public;
GRANT EXECUTE ON FUNCTION ensure_price_span_partition TO superzol_loader;
