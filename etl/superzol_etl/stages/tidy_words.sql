-- Clears and counts what chains call their products, and their promotions.
-- None is cut shorter: that waits for all who read it, and keeps them out.
VACUUM (ANALYZE, TRUNCATE false) product_in_chain, promotion, promotion_of_product
