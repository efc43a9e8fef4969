-- Removes products of which no chain has published a word: those of chains that were held back.
DELETE FROM product
WHERE NOT EXISTS (
    SELECT FROM product_in_chain
    WHERE product_in_chain.product_key = product.product_key
)
