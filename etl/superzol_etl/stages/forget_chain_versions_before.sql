-- Says of versions that prices as of them are no longer kept. A chain's newest version up to the first one kept stays:
-- what is asked between it and the chain's next one is answered from it.
-- $1 first version kept: int4
UPDATE chain_version AS old
SET state = 'forgotten'
WHERE old.state = 'loaded'
  AND old.version < $1
  AND EXISTS (
      SELECT FROM chain_version AS later
      WHERE later.chain_key = old.chain_key
        AND later.state = 'loaded'
        AND later.version > old.version
        AND later.version <= $1
  )
