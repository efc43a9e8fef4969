-- Clears and counts what chains wrote.
VACUUM (ANALYZE) offer_pack, product_in_chain, store, price_span, shelf_pack, product, promotion, promotion_of_product
