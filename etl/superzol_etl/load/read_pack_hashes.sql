-- What the packs of a chain are known by: one row however large the chain.
-- $1 chain_key: int2
SELECT string_agg(int4send(product_key), '') AS product_keys,
       string_agg(int2send(changed_version), '') AS changed_versions,
       -- Null becomes 0, which no hash is but by a chance of one in 2^64.
       string_agg(int8send(coalesce(content_hash, 0)), '') AS hashes
FROM offer_pack
WHERE chain_key = $1
