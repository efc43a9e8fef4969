-- Clears and counts what chains offer.
VACUUM (ANALYZE) offer_pack, shelf_pack, price_span, store
