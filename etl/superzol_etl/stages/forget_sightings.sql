-- Removes what was seen of stores in versions that are no longer kept. A store's newest sighting up to the first one kept
-- stays: what is asked between it and the store's next one is answered from it.
-- $1 first version kept: int4
DELETE FROM store_sighting AS old
WHERE old.version < $1
  AND EXISTS (
      SELECT FROM store_sighting AS later
      WHERE later.store_key = old.store_key
        AND later.version > old.version
        AND later.version <= $1
  )
