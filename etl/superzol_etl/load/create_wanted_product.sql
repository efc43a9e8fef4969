-- Holds the products of one chain's codes while they are looked up, each once; one per session.
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
    pieces        int2
) ON COMMIT DELETE ROWS
