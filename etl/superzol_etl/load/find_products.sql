-- The surrogate of each wanted product.
SELECT wanted.place, product.product_key
FROM wanted_product AS wanted
JOIN product ON product.scope = wanted.scope AND product.code = wanted.code
