-- Holds the packs that replace others until they are merged; one per session.
CREATE TEMP TABLE IF NOT EXISTS pack_change (
    product_key  int4 PRIMARY KEY,
    store_keys   int2[] NOT NULL,
    prices       int4[] NOT NULL,
    since        int2[] NOT NULL,
    flags        int2[] NOT NULL,
    price_min    int4,
    price_max    int4,
    price_sum    int8 NOT NULL,
    priced       int2 NOT NULL,
    offers       int2 NOT NULL,
    content_hash int8 NOT NULL
) ON COMMIT DELETE ROWS
