-- Holds a chain's words about its products until they are taken over; one per session.
CREATE TEMP TABLE IF NOT EXISTS words_told (
    product_key       int4 NOT NULL,
    name              text,
    manufacturer      text,
    country           text,
    country_code      text,
    quantity          text,
    unit_of_quantity  text,
    unit_of_measure   text,
    net_quantity      int4,
    net_unit          int2,
    pieces            int2,
    weighted          bool NOT NULL,
    is_full           bool NOT NULL
) ON COMMIT DELETE ROWS
