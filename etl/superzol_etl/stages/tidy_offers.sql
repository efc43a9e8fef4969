-- Clears and counts what chains offer.
-- None is cut shorter: that waits for all who read it, and keeps them out.
VACUUM (ANALYZE, TRUNCATE false) offer_pack, shelf_pack, price_span, store
