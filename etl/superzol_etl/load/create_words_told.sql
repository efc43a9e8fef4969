-- Holds a chain's words about its products until they are taken over; one per session.
CREATE TEMP TABLE IF NOT EXISTS words_told (
    product_key       int4 NOT NULL,
    name              text,
    manufacturer      text,
    country           text,
    quantity          text,
    unit_of_quantity  text,
    unit_of_measure   text,
    weighted          bool NOT NULL,
    is_full           bool NOT NULL
) ON COMMIT DELETE ROWS
