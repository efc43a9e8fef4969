-- Holds the rows of a Stores file until they are taken over; one per session.
CREATE TEMP TABLE IF NOT EXISTS store_told (
    code          text PRIMARY KEY,
    published_at  timestamptz NOT NULL,
    legal_id      text,
    name          text,
    kind          int2 NOT NULL,
    sub_chain     text,
    address       text,
    online_url    text,
    city          text,
    city_code     text,
    zip_code      text
) ON COMMIT DELETE ROWS
