-- Each store's offers by category, cheapest first, for statements that order by price.

CREATE TABLE shelf_pack (
    store_key     int2 NOT NULL,
    category_key  int2 NOT NULL,
    entries       int8[] NOT NULL,
    PRIMARY KEY (store_key, category_key)
) WITH (fillfactor = 70, toast_tuple_target = 8160);
-- Compressing costs a load more than it saves: most shelves stay inline.
ALTER TABLE shelf_pack
    ALTER COLUMN entries SET STORAGE EXTERNAL,
    ALTER COLUMN entries SET STATISTICS 0;
COMMENT ON TABLE shelf_pack IS 'The open offers of one store in one category, once more: written with offer_pack in one transaction.';
COMMENT ON COLUMN shelf_pack.store_key IS 'The store.';
COMMENT ON COLUMN shelf_pack.category_key IS 'Category its products had when the shelf was written; 0 for none. See shelf_move.';
COMMENT ON COLUMN shelf_pack.entries IS 'price << 32 | product_key of each offer, ascending: the cheapest first.';

CREATE TABLE shelf_move (
    chain_key     int2 NOT NULL,
    product_key   int4 NOT NULL,
    category_key  int2 NOT NULL,
    PRIMARY KEY (chain_key, product_key)
);
COMMENT ON TABLE shelf_move IS 'Products whose category publish changed: on the shelves of these chains they stand where they stood, until the chain is loaded again.';
COMMENT ON COLUMN shelf_move.chain_key IS 'The chain.';
COMMENT ON COLUMN shelf_move.product_key IS 'The product.';
COMMENT ON COLUMN shelf_move.category_key IS 'The category on whose shelves it stands.';

CREATE VIEW shelf AS
    SELECT pack.store_key, pack.category_key, (entry & 4294967295)::int4 AS product_key, (entry >> 32)::int4 AS price
    FROM shelf_pack AS pack
    CROSS JOIN LATERAL unnest(pack.entries) AS entry;
COMMENT ON VIEW shelf IS 'shelf_pack as flat rows; only for statements with a store_key predicate.';

GRANT SELECT ON shelf_pack, shelf_move, shelf TO superzol_reader, superzol_loader;
GRANT INSERT, UPDATE, DELETE ON shelf_pack, shelf_move TO superzol_loader;
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        GRANT MAINTAIN ON shelf_pack, shelf_move TO superzol_loader;
    END IF;
END $$;
