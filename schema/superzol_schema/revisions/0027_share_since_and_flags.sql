-- In most packs all offers have the same flags, and in many the same since: one value says so for all of them.
-- Packs of before say it for each store, which stays right until they change.

CREATE OR REPLACE VIEW offer AS
    SELECT pack.product_key, pack.product_id, pack.chain_key, open.store_key, open.price,
           coalesce(open.since, pack.since[1]) AS since, coalesce(open.flags, pack.flags[1]) AS flags
    FROM offer_pack AS pack
    CROSS JOIN LATERAL unnest(pack.store_keys, pack.prices, pack.since, pack.flags) AS open (store_key, price, since, flags);

COMMENT ON COLUMN offer_pack.since IS 'Dataset version since which the price stands, one per store; a single one where it is the same for all.';
COMMENT ON COLUMN offer_pack.flags IS 'Bits, one set per store, or a single one where it is the same for all: 1 zero price, 2 repeated in its file, 4 test row, 8 weighted, 16 from a partial file.';
