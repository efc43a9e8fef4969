-- Holds the item codes of one chain while their products are looked up; one per session.
CREATE TEMP TABLE IF NOT EXISTS wanted_product (
    place         int4 NOT NULL,
    scope         int2 NOT NULL,
    code          text NOT NULL,
    product_id    text NOT NULL,
    name          text,
    manufacturer  text,
    country       text,
    weighted      bool NOT NULL
) ON COMMIT DELETE ROWS
