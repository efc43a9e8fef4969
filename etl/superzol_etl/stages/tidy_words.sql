-- Clears and counts what chains call their products, and their promotions.
VACUUM (ANALYZE) product_in_chain, promotion, promotion_of_product
