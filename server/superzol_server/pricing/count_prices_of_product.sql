-- Number of prices of one product.
-- $1 product_id: text
-- $2 chain_id: text, null for all
-- $3 store_id: text, null for all
-- Budget: 25 shared buffers
SELECT count(*) AS total_size
FROM offer AS open
WHERE open.product_key = (SELECT product_key FROM product WHERE product_id = $1)
    AND ($2::text IS NULL OR open.chain_key = (SELECT chain_key FROM chain WHERE chain_id = $2))
    AND ($3::text IS NULL OR open.store_key = (SELECT store_key FROM store WHERE store_id = $3))
