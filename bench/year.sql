-- A year on top of tests/contract/million_offers.sql: versions 41 to 405, in which every tenth product changes its price
-- every 43 versions (2.3 % a day), in half of them shelf by shelf, in the others in a whole chain at once.

SELECT ensure_price_span_partition(first_version) FROM generate_series(64, 416, 32) AS first_version;

INSERT INTO dataset_version (dataset_key, version, day, digest, closed_at)
SELECT 1, version, date '2025-11-22' + version, md5(version::text), now()
FROM generate_series(41, 405) AS version;
INSERT INTO chain_version (chain_key, version, state, cutoff_at, stores, rows, changed)
SELECT chain_key, version, 'loaded', timestamptz '2025-11-22' + version * interval '1 day', 60, 200000, 5000
FROM chain, generate_series(41, 405) AS version;

CREATE TEMP TABLE moved AS
SELECT offer.product_key, offer.chain_key, offer.store_key, offer.price,
       CASE WHEN offer.product_key % 20 = 0
            THEN hashint4(offer.product_key * 7 + offer.chain_key)
            ELSE hashint4(offer.product_key * 1000 + offer.store_key) END & 65535 AS beat
FROM offer
WHERE offer.product_key % 10 = 0;

-- Loads come version by version and chain by chain, so spans lie on disk in that order.
INSERT INTO price_span (product_key, price, chain_key, store_key, valid_from, valid_to)
SELECT product_key, price + version % 7, chain_key, store_key, greatest(version - 43, 41), version
FROM moved
JOIN generate_series(42, 405) AS version ON (version + moved.beat) % 43 = 0
ORDER BY version, chain_key, product_key, store_key;

UPDATE offer_pack
SET since = ARRAY(
        SELECT (405 - (405 + moved.beat) % 43)::int2
        FROM moved
        WHERE moved.product_key = offer_pack.product_key
          AND moved.chain_key = offer_pack.chain_key
        ORDER BY moved.store_key
    )
WHERE product_key % 10 = 0;
