-- Removes what is known of a chain's stores in versions and was seen otherwise beside.
-- $1 chain_key: int2
DELETE FROM store_sighting AS known
USING store
WHERE store.store_key = known.store_key
  AND store.chain_key = $1
  AND NOT EXISTS (
      SELECT FROM pg_temp.store_sighting AS beside
      WHERE beside.store_key = known.store_key
        AND beside.version = known.version
        AND ROW (beside.*) IS NOT DISTINCT FROM ROW (known.*)
  )
