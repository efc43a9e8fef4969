-- Holds products that a chain's codes are about until they are added, each once; one per session.
CREATE TEMP TABLE IF NOT EXISTS wanted_product (
    scope         int2 NOT NULL,
    code          text NOT NULL,
    product_id    text NOT NULL COLLATE "C",
    name          text,
    manufacturer  text,
    country_code  text,
    weighted      bool NOT NULL,
    net_quantity  int4,
    net_unit      int2,
    pieces        int2,
    category_key  int2 NOT NULL
) ON COMMIT DELETE ROWS
