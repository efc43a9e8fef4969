-- The versions that tell anything of a chain, be it that it was absent.
-- $1 chain_key: int2
SELECT version
FROM chain_version
WHERE chain_key = $1
