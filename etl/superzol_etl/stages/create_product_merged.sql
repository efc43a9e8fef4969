-- Holds the views of products over their chains until they are taken over; one per session.
CREATE TEMP TABLE IF NOT EXISTS product_merged (
    product_key   int4 PRIMARY KEY,
    name          text,
    manufacturer  text,
    country_code  text,
    weighted      bool NOT NULL,
    net_quantity  int4,
    net_unit      int2,
    pieces        int2,
    spellings     text
) ON COMMIT DELETE ROWS
