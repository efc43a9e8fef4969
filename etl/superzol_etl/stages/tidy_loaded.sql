-- Clears and counts what chains wrote.
VACUUM (ANALYZE) offer_pack, product_in_chain, store, price_span, product, promotion, promotion_of_product
