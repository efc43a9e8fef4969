-- Holds the closed spans that began earlier than was known; one per session.
CREATE TEMP TABLE IF NOT EXISTS span_begun (
    product_key  int4 NOT NULL,
    store_key    int2 NOT NULL,
    valid_from   int2 NOT NULL,
    known_from   int2 NOT NULL,
    PRIMARY KEY (product_key, store_key)
) ON COMMIT DELETE ROWS
