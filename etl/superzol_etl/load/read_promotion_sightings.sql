-- The promotion files last applied of a chain's stores.
-- $1 chain_key: int2
SELECT store.code, store.store_key, sighting.full_at, sighting.full_rows, sighting.observed_at
FROM store
LEFT JOIN promotion_sighting AS sighting USING (store_key)
WHERE store.chain_key = $1
