-- Open offers of a chain as the binary elements of its packs' arrays: one row however large the chain.
-- $1 chain_key: int2
-- $2 product_keys: int4[], null for all
SELECT string_agg(int4send(product_key), '') AS product_keys,
       string_agg(int2send(offers), '') AS offers,
       string_agg(substr(array_send(store_keys), 21), '') AS store_keys,
       string_agg(substr(array_send(prices), 21), '') AS prices,
       string_agg(int2send(cardinality(since)::int2), '') AS since_counts,
       string_agg(substr(array_send(since), 21), '') AS since,
       string_agg(int2send(cardinality(flags)::int2), '') AS flags_counts,
       string_agg(substr(array_send(flags), 21), '') AS flags
FROM offer_pack AS pack
LEFT JOIN unnest($2::int4[]) AS wanted (key) ON wanted.key = pack.product_key
WHERE pack.chain_key = $1
  AND ($2 IS NULL OR wanted.key IS NOT NULL)
