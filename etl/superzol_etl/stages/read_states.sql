-- What became of chains in a version, and whether a person has accepted their files since.
-- $1 chain_keys: int2[]
-- $2 version: int2
SELECT chain_key, state, digest, reason, gates,
       EXISTS (
           SELECT FROM etl_decision AS decision
           WHERE decision.action = 'accept'
             AND decision.chain_key = chain_version.chain_key
             AND decision.version = chain_version.version
             AND decision.digest = chain_version.digest
       ) AS accepted
FROM chain_version
WHERE chain_key = ANY ($1)
  AND version = $2
