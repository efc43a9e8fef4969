-- Appends who stopped telling promotions in the versions beside.
INSERT INTO promotion_span (promotion_key, valid_to, store_keys, valid_from)
SELECT known.promotion_key, span.valid_to, span.store_keys, span.valid_from
FROM pg_temp.promotion_span AS span
JOIN pg_temp.promotion AS beside USING (promotion_key)
JOIN promotion AS known USING (chain_key, body_hash)
