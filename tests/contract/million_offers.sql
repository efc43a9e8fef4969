-- A nation in small, made by set: 5 chains, 300 stores, 25,000 products, 1,044,000 offers, 40 versions.
-- The first 1,000 products are in every store; each other one is in 2 chains, in 6 to 25 stores of either.

SELECT ensure_price_span_partition(first_version) FROM generate_series(0, 32, 32) AS first_version;

-- Counts vary unless VACUUM marks all pages all-visible: it leaves out those of a commit that is
-- not flushed yet (the tests commit asynchronously), and all while an autovacuum runs beside it.
SET synchronous_commit = on;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT oid::regclass FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
    END LOOP;
END $$;

INSERT INTO dataset (dataset_id, name, generation) VALUES ('israeli-supermarkets', 'Israeli supermarkets', 200);

INSERT INTO chain (dataset_key, chain_id, name)
SELECT 1, 'chain_' || chain, 'רשת ' || chain
FROM generate_series(1, 5) AS chain;

INSERT INTO store (chain_key, store_id, code, legal_id, name, kind, sub_chain, address, city, zip_code,
                   full_at, full_rows, observed_at, observed_version, observed_file)
SELECT chain, 'chain_' || chain || ':' || code, code::text, (7290000000000 + chain)::text, 'סניף ' || code, 1, 'רשת ' || chain,
       'הרצל ' || code, (ARRAY['תל אביב', 'ירושלים', 'חיפה', 'באר שבע', 'נתניה', 'אשדוד'])[1 + code % 6], '6100000',
       timestamptz '2026-01-01' + code * interval '1 minute', 10000,
       timestamptz '2026-01-01' + code * interval '1 minute', 40, 'PriceFull729000000000' || chain || '-' || code || '-202601010300.xml'
FROM generate_series(1, 5) AS chain, generate_series(1, 60) AS code;

INSERT INTO category (category_id, department_id, name_he, name_en)
SELECT category_id, split_part(category_id, '.', 1), 'שם', 'Name'
FROM unnest(ARRAY['dairy', 'dairy.milk', 'pantry', 'other.unknown', 'other']) AS category_id
UNION ALL
SELECT shelf || '.category_' || number, shelf, 'שם', 'Name'
FROM unnest(ARRAY['dairy', 'pantry']) AS shelf, generate_series(1, 15) AS number;

-- 7,919 has no factor in common with 25,000: keys and identifiers stand in different orders, as in real data.
INSERT INTO product (scope, code, product_id, name, search_name, manufacturer, country, weighted, category_key,
                     net_quantity, net_unit)
SELECT 0, (7290100000000 + number::int8 * 7919 % 25000 * 10)::text, (7290100000000 + number::int8 * 7919 % 25000 * 10)::text,
       wording.name, search_text(wording.name || ' ' || wording.manufacturer), wording.manufacturer, 'IL', number % 50 = 0,
       (SELECT array_agg(category_key ORDER BY category_id = 'dairy.milk' DESC, category_id) FROM category WHERE category_id <> department_id)
           [CASE WHEN number % 5 = 0 THEN 1 ELSE 1 + number % 32 END],
       1000 + number % 1000 * 1000, 1
FROM generate_series(1, 25000) AS number
CROSS JOIN LATERAL (
    SELECT (ARRAY['חלב', 'גבינה', 'לחם', 'שוקולד', 'מיץ', 'אורז', 'פסטה', 'קפה', 'תה', 'יוגורט', 'ביצים', 'שמן', 'סבון'])[1 + number % 13]
           || ' ' || (ARRAY['תנובה', 'טרי', 'מלא', 'קל', 'אורגני', 'ביתי', 'פרימיום', 'ללא סוכר', 'בטעם תות', 'משפחתי', 'דק'])[1 + number % 11]
           || ' ' || number % 1000 || ' גרם' AS name,
           (ARRAY['תנובה', 'שטראוס', 'אסם', 'עלית', 'סוגת', 'ויסוצקי', 'יטבתה'])[1 + number % 7] AS manufacturer
) AS wording;

INSERT INTO manufacturer_spelling
SELECT DISTINCT manufacturer, search_text(manufacturer)
FROM product
WHERE manufacturer IS NOT NULL;

INSERT INTO product_in_chain (product_key, chain_key, name, manufacturer, weighted, changed_version)
SELECT product.product_key, chain.chain_key, product.name, product.manufacturer, product.weighted, 1
FROM product
JOIN chain ON product.product_key <= 1000
    OR chain.chain_key IN (1 + product.product_key % 5, 1 + (product.product_key + 2) % 5);

INSERT INTO offer_pack (product_key, chain_key, product_id, store_keys, prices, since, flags,
                        price_min, price_max, price_sum, priced, offers, changed_version)
SELECT member.product_key, member.chain_key, product.product_id,
       array_agg(place.store_key ORDER BY place.store_key),
       array_agg(place.price ORDER BY place.store_key),
       '{40}',
       ARRAY[CASE WHEN product.weighted THEN 8 ELSE 0 END::int2],
       min(place.price), max(place.price), sum(place.price), count(*), count(*), 40
FROM product_in_chain AS member
JOIN product USING (product_key)
CROSS JOIN LATERAL (
    SELECT store.store_key, (100 + member.product_key % 5000 + store.store_key % 17 * 10)::int4 AS price
    FROM store
    WHERE store.chain_key = member.chain_key
        AND (member.product_key <= 1000
             OR (store.store_key + member.product_key) % 60 < 6 + (member.product_key / 5 + member.chain_key) % 20)
) AS place
GROUP BY member.product_key, member.chain_key, product.product_id, product.weighted
ORDER BY member.chain_key, member.product_key;

INSERT INTO shelf_pack (store_key, category_key, entries)
SELECT open.store_key, coalesce(product.category_key, 0),
       array_agg(open.price::int8 << 32 | product.product_key ORDER BY open.price, product.product_key)
FROM offer AS open
JOIN product USING (product_key)
GROUP BY 1, 2;

INSERT INTO product_stat (product_key, price_min, price_avg, price_max, stores, chains, changed_version)
SELECT product_key, min(price_min), round(sum(price_sum)::numeric / sum(priced)), max(price_max), sum(offers), count(*), 40
FROM offer_pack
GROUP BY product_key;

-- Loads come version by version and chain by chain, so spans lie on disk in that order.
INSERT INTO price_span (product_key, price, chain_key, store_key, valid_from, valid_to)
SELECT product_key, 100 + product_key % 5000 + version, store.chain_key, store.store_key, version - 1, version
FROM generate_series(2, 40) AS version, store, generate_series(1, 25000) AS product_key
WHERE product_key = 1 OR (product_key <= 1000 AND (product_key + version + store.chain_key) % 20 = 0)
ORDER BY version, store.chain_key, product_key, store.store_key;

-- 2,500 promotions in each chain, of 40 products each; product 1 is in 25 of each chain. Bodies are of the sample's size.
INSERT INTO promotion (chain_key, promotion_id, code, part, body_hash, description, starts_at, ends_at, reward, reward_code,
                       reward_price, reward_quantity, weighted, min_quantity, clubs, coupon, active, whole_basket,
                       restrictions_known, items, product_keys, gift_keys, store_keys, since, raw, changed_version)
SELECT chain.chain_key, chain.chain_id || ':' || number, number::text, 0, decode(md5(chain.chain_id || number), 'hex'),
       'מבצע ' || number, timestamptz '2026-01-01', timestamptz '2026-01-31', 'FixedPrice', '1', 990, 1000, false, 1000,
       '{}', false, true, false, true, 40, bought.product_keys, '{}', places.store_keys, places.since,
       jsonb_build_object('promotionitems', bought.product_keys), 40
FROM chain
CROSS JOIN generate_series(1, 2500) AS number
CROSS JOIN LATERAL (
    SELECT array_agg(1 + (CASE WHEN number % 100 = 0 AND step = 0 THEN 0 ELSE number * 37 + step * 613 END) % 25000
                     ORDER BY 1 + (CASE WHEN number % 100 = 0 AND step = 0 THEN 0 ELSE number * 37 + step * 613 END) % 25000)
           AS product_keys
    FROM generate_series(0, 39) AS step
) AS bought
CROSS JOIN LATERAL (
    SELECT array_agg(store.store_key ORDER BY store.store_key) AS store_keys,
           array_agg(40::int2 ORDER BY store.store_key) AS since
    FROM store
    WHERE store.chain_key = chain.chain_key
) AS places;
-- And 500 more in each chain that ended, in versions 3 to 39.
INSERT INTO promotion (chain_key, promotion_id, code, part, body_hash, description, starts_at, ends_at, reward, reward_code,
                       reward_price, reward_quantity, weighted, min_quantity, clubs, coupon, active, whole_basket,
                       restrictions_known, items, product_keys, gift_keys, store_keys, since, raw, changed_version, ended_version)
SELECT chain_key, promotion_id || '9', code || '9', part, body_hash || '\x09', description, starts_at, ends_at, reward, reward_code,
       reward_price, reward_quantity, weighted, min_quantity, clubs, coupon, active, whole_basket,
       restrictions_known, items, product_keys, gift_keys, '{}', '{}', raw, 3 + code::int % 37, 3 + code::int % 37
FROM promotion
WHERE code::int % 5 = 0;
INSERT INTO promotion_span (promotion_key, valid_to, store_keys, valid_from)
SELECT promotion.promotion_key, promotion.ended_version, places.store_keys, places.valid_from
FROM promotion
JOIN (
    SELECT chain_key, array_agg(store_key ORDER BY store_key) AS store_keys, array_agg(1::int2) AS valid_from
    FROM store
    GROUP BY chain_key
) AS places USING (chain_key)
WHERE promotion.ended_version IS NOT NULL;
INSERT INTO promotion_of_product (product_key, chain_key, promotion_keys)
SELECT bought.product_key, promotion.chain_key, array_agg(promotion.promotion_key ORDER BY promotion.promotion_key)
FROM promotion
CROSS JOIN LATERAL unnest(promotion.product_keys) AS bought (product_key)
WHERE promotion.ended_version IS NULL
GROUP BY bought.product_key, promotion.chain_key;

INSERT INTO dataset_version (dataset_key, version, day, digest, closed_at)
SELECT 1, version, date '2025-11-22' + version, md5(version::text), now()
FROM generate_series(1, 40) AS version;
INSERT INTO chain_version (chain_key, version, state, cutoff_at, stores, rows, changed)
SELECT chain_key, version, 'loaded', timestamptz '2025-11-22' + version * interval '1 day', 60, 200000, 15000
FROM chain, generate_series(1, 40) AS version;
INSERT INTO publication (dataset_key, generation, chain_key, version, changed)
SELECT 1, (version - 1) * 5 + chain_key, chain_key, version, 15000
FROM chain, generate_series(1, 40) AS version;
INSERT INTO store_sighting (store_key, version, full_at, last_at, full_file, last_file, deltas, rows, partial)
SELECT store_key, version, observed_at, observed_at, observed_file, observed_file, 0, 3333, false
FROM store, generate_series(1, 40) AS version;

-- A run a version before the last 40, each with a file a chain; the last one rejected 10,000 rows.
INSERT INTO etl_run (run_id, dataset_key, stage, state, result, version, started_at, ended_at)
SELECT 'run-' || version, 1, 'refresh', 'succeeded', 'Loaded', greatest(version, 1),
       timestamptz '2025-11-22' + version * interval '1 day', timestamptz '2025-11-22 00:01' + version * interval '1 day'
FROM generate_series(-1960, 40) AS version;
INSERT INTO etl_stage (run_id, stage, shard, shards, state)
SELECT run_id, 'refresh', 0, 1, 'succeeded'
FROM etl_run;
INSERT INTO file_report (run_id, file, chain_key, digest, state, rows, loaded, rejected, reject_reasons, reject_counts)
SELECT run_id, 'price_full_file_' || chain_id || '.csv', chain_key, md5(run_id || chain_id), 'loaded', 2000, 0, 2000,
       '{price_missing,code_missing}', '{1000,1000}'
FROM etl_run, chain
ORDER BY started_at, chain_key;
INSERT INTO reject (run_id, file, line, reason, raw)
SELECT 'run-40', 'price_full_file_' || chain_id || '.csv', line, (ARRAY['price_missing', 'code_missing'])[1 + line % 2],
       repeat('x', 250)
FROM chain, generate_series(2, 2001) AS line;

-- Chain 3 wrote the codes of every tenth of the first 1,000 products otherwise before.
INSERT INTO product (scope, code, product_id, name, search_name)
SELECT 3, code, 'chain_3:' || code, name, search_name
FROM product
WHERE product_key <= 1000 AND product_key % 10 = 1;
INSERT INTO product_in_chain (product_key, chain_key, changed_version)
SELECT product_key, 3, 1
FROM product
WHERE scope = 3;
INSERT INTO product_alias (old_id, new_id, version)
SELECT product_id, code, 20
FROM product
WHERE scope = 3;
