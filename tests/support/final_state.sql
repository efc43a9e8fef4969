-- Everything a load leaves, by natural keys: equal for equal loads, whatever the surrogates.
SELECT 'offer' AS kind, chain.chain_id || ' ' || offer.product_id || ' ' || store.store_id AS key,
       concat_ws(' ', offer.price, offer.since, offer.flags) AS value
FROM offer
JOIN store USING (store_key)
JOIN chain ON chain.chain_key = offer.chain_key
UNION ALL
SELECT 'shelf', product.product_id || ' ' || store.store_id, shelf.price::text
FROM shelf
JOIN product USING (product_key)
JOIN store USING (store_key)
UNION ALL
SELECT 'span', chain.chain_id || ' ' || product.product_id || ' ' || store.store_id,
       concat_ws(' ', span.price, span.valid_from, span.valid_to)
FROM price_span AS span
JOIN product USING (product_key)
JOIN store USING (store_key)
JOIN chain ON chain.chain_key = span.chain_key
UNION ALL
SELECT 'product', product.product_id,
       concat_ws('|', product.name, product.search_name, product.manufacturer, product.country, product.weighted,
                 product.net_quantity, product.net_unit, product.pieces,
                 stat.price_min, stat.price_avg, stat.price_max, stat.stores, stat.chains)
FROM product
LEFT JOIN product_stat AS stat USING (product_key)
UNION ALL
SELECT 'words', product.product_id || ' ' || chain.chain_id,
       concat_ws('|', words.name, words.manufacturer, words.country, words.country_code, words.quantity, words.weighted,
                 words.net_quantity, words.net_unit, words.pieces)
FROM product_in_chain AS words
JOIN product USING (product_key)
JOIN chain USING (chain_key)
UNION ALL
SELECT 'store', store.store_id,
       concat_ws('|', store.name, store.kind, store.online_url, store.published_city, store.city, store.city_code, store.legal_id, store.full_at, store.full_rows, store.observed_at,
                 store.observed_version, store.observed_file, store.unseen_days, store.closed_version)
FROM store
UNION ALL
SELECT 'sighting', store.store_id || ' ' || sighting.version,
       concat_ws('|', sighting.full_at, sighting.last_at, sighting.deltas, sighting.rows, sighting.partial)
FROM store_sighting AS sighting
JOIN store USING (store_key)
UNION ALL
SELECT 'chain_version', chain.chain_id || ' ' || chain_version.version,
       concat_ws('|', state, cutoff_at, digest, content_digest, stores, rows, rejected, changed, reason)
FROM chain_version
JOIN chain USING (chain_key)
UNION ALL
SELECT 'version', version::text, concat_ws('|', day, digest, closed_at IS NOT NULL)
FROM dataset_version
UNION ALL
SELECT 'promotion', promotion.promotion_id || ' ' || promotion.part || ' ' || store.store_id,
       concat_ws('|', promotion.description, promotion.starts_at, promotion.ends_at, promotion.reward, promotion.reward_price,
                 promotion.reward_quantity, promotion.reward_points, promotion.min_quantity, promotion.clubs, promotion.coupon,
                 (SELECT string_agg(product.product_id, ',' ORDER BY product.product_id)
                  FROM product
                  WHERE product.product_key = ANY (promotion.product_keys)), told.since)
FROM promotion
CROSS JOIN LATERAL unnest(promotion.store_keys, promotion.since) AS told (store_key, since)
JOIN store USING (store_key)
UNION ALL
SELECT 'promotion_span', promotion.promotion_id || ' ' || promotion.part || ' ' || store.store_id || ' ' || past.valid_to,
       concat_ws('|', promotion.reward_price, gone.valid_from, promotion.ended_version,
                 (SELECT string_agg(product.product_id, ',' ORDER BY product.product_id)
                  FROM product
                  WHERE product.product_key = ANY (promotion.product_keys)))
FROM promotion_span AS past
JOIN promotion USING (promotion_key)
CROSS JOIN LATERAL unnest(past.store_keys, past.valid_from) AS gone (store_key, valid_from)
JOIN store USING (store_key)
UNION ALL
SELECT 'promotion_of_product', product.product_id || ' ' || chain.chain_id,
       (SELECT string_agg(promotion_id || ' ' || part, ',' ORDER BY promotion_id, part)
        FROM promotion
        WHERE promotion_key = ANY (turned.promotion_keys))
FROM promotion_of_product AS turned
JOIN product USING (product_key)
JOIN chain USING (chain_key)
UNION ALL
SELECT 'promotion_sighting', store.store_id,
       concat_ws('|', sighting.full_at, sighting.full_rows, sighting.observed_at, sighting.observed_file, sighting.observed_version,
                 sighting.first_full_version)
FROM promotion_sighting AS sighting
JOIN store USING (store_key)
ORDER BY kind, key, value
