-- What the database holds, as one text per table, and the generation.
-- Budget: 60000 shared buffers
SELECT
    (SELECT md5(string_agg(row_of::text, ' ' ORDER BY row_of.product_id, row_of.chain_key))
     FROM offer_pack AS row_of) AS offers,
    (SELECT md5(string_agg(row_of::text, ' ' ORDER BY row_of::text)) FROM price_span AS row_of) AS spans,
    (SELECT md5(string_agg(row_of::text, ' ' ORDER BY row_of.product_id)) FROM product AS row_of) AS products,
    (SELECT md5(string_agg(row_of::text, ' ' ORDER BY row_of.product_key, row_of.chain_key))
     FROM product_in_chain AS row_of) AS words,
    (SELECT md5(string_agg(row_of::text, ' ' ORDER BY row_of.store_id)) FROM store AS row_of) AS stores,
    (SELECT md5(string_agg(row_of::text, ' ' ORDER BY row_of.chain_key, row_of.version))
     FROM chain_version AS row_of) AS chain_versions,
    (SELECT sum(generation) FROM dataset) AS generation
LIMIT 1
