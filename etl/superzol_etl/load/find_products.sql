-- The surrogate of each wanted product.
SELECT product.product_id, product.product_key
FROM wanted_product AS wanted
JOIN product USING (product_id)
