-- Takes the chain's stores that are new beside, as stores of which nothing was seen yet.
-- $1 chain_key: int2
INSERT INTO pg_temp.store (store_key, chain_key, store_id, code)
SELECT store_key, chain_key, store_id, code
FROM public.store AS known
WHERE known.chain_key = $1
  AND NOT EXISTS (
      SELECT FROM pg_temp.store AS beside
      WHERE beside.store_key = known.store_key
  )
