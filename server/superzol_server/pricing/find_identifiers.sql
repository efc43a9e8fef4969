-- Which product is meant, and whether it, a store, a chain, a city and a category are known: tells an empty list from an unknown name.
-- $1 product_id: text, also one it had before, null when none is asked for
-- $2 store_id: text, null when none is asked for
-- $3 chain_id: text, null when none is asked for
-- $4 city: text, null when none is asked for
-- $5 category_id: text, null when none is asked for
-- Budget: 30 shared buffers
SELECT
    (SELECT product_id FROM asked_product WHERE asked_id = $1::text) AS product_id,
    $2::text IS NULL OR EXISTS (SELECT FROM store WHERE store_id = $2) AS store_known,
    $3::text IS NULL OR EXISTS (SELECT FROM chain WHERE chain_id = $3) AS chain_known,
    $4::text IS NULL OR EXISTS (SELECT FROM store WHERE search_city = (SELECT city_text($4))) AS city_known,
    $5::text IS NULL OR EXISTS (SELECT FROM category WHERE category_id = $5) AS category_known
