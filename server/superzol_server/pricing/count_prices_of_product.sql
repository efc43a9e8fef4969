-- Number of prices of one product.
-- $1 product_id: text, also one it had before
-- $2 chain_id: text, null for all
-- $3 store_id: text, null for all
-- $4 city: text, null for all
-- $5 min_price: int, null for no limit
-- $6 max_price: int, null for no limit
-- $7 observed_from: timestamptz, null for no limit
-- $8 observed_before: timestamptz, null for no limit
-- $9 category_id: text, of a category or a department, null for all
-- $10 unseen_limit: int, days from which on a store unseen is left out
-- Budget: 950 shared buffers
WITH asked AS MATERIALIZED (
    SELECT product_key
    FROM asked_product
    WHERE asked_id = $1
)
SELECT count(*) AS total_size
FROM offer AS open
JOIN chain ON chain.chain_key = open.chain_key
JOIN store ON store.store_key = open.store_key
WHERE open.product_key = (SELECT product_key FROM asked)
    AND ($2::text IS NULL OR chain.chain_id = $2)
    AND ($3::text IS NULL OR store.store_id = $3)
    AND CASE WHEN $4::text IS NULL THEN true ELSE store.search_city = (SELECT city_text($4)) END
    AND ($5::int4 IS NULL OR open.price >= $5)
    AND ($6::int4 IS NULL OR open.price <= $6)
    AND ($7::timestamptz IS NULL OR store.observed_at >= $7)
    AND ($8::timestamptz IS NULL OR store.observed_at < $8)
    AND store.unseen_days < $10::int4
    AND ($9::text IS NULL OR EXISTS (
        SELECT FROM product
        JOIN category ON category.category_key = product.category_key
        WHERE product.product_key = (SELECT product_key FROM asked) AND $9 IN (category.category_id, category.department_id)
    ))
