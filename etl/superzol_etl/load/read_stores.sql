-- What is known of a chain's stores.
-- $1 chain_key: int2
SELECT store_key, code, full_at, full_rows, observed_at
FROM store
WHERE chain_key = $1
