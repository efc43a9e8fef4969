-- Holds products to be added until they are; one per session.
-- Kept past a commit, as insert_products takes the rows out: to empty it at each commit cuts a file.
CREATE TEMP TABLE IF NOT EXISTS product_wanted (
    scope         int2 NOT NULL,
    code          text NOT NULL,
    product_id    text NOT NULL,
    name          text,
    manufacturer  text,
    country_code  text,
    weighted      bool NOT NULL,
    net_quantity  int4,
    net_unit      int2,
    pieces        int2,
    category_key  int2
)
