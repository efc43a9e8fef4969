-- Holds what changes of promotions until it is taken over; one per session.
CREATE TEMP TABLE IF NOT EXISTS promotion_change (
    promotion_key        int4 PRIMARY KEY,
    product_keys         int4[] NOT NULL,
    gift_keys            int4[] NOT NULL,
    unlinked_codes       text[] NOT NULL,
    unlinked_gift_codes  text[] NOT NULL,
    store_keys           int2[] NOT NULL,
    since                int2[] NOT NULL
) ON COMMIT DELETE ROWS
