-- What became of a chain in a version, of which dataset it is, and whether its files are accepted.
-- $1 chain_id: text
-- $2 version: int2
SELECT chain.chain_key, chain.dataset_key, dataset.dataset_id, told.state, told.digest, told.reason, told.held_by,
       EXISTS (
           SELECT FROM etl_decision AS decision
           WHERE decision.action = 'accept'
             AND decision.chain_key = told.chain_key
             AND decision.version = told.version
             AND decision.digest = told.digest
       ) AS accepted,
       EXISTS (
           SELECT FROM chain_version AS before
           WHERE before.chain_key = told.chain_key
             AND before.version < told.version
             AND before.state IN ('loaded', 'forgotten')
       ) AS has_earlier,
       (
           SELECT max(later.version)
           FROM chain_version AS later
           JOIN chain AS others USING (chain_key)
           WHERE others.dataset_key = chain.dataset_key
             AND later.version > told.version
             AND later.state = 'loaded'
       ) AS overtaken_by
FROM chain_version AS told
JOIN chain USING (chain_key)
JOIN dataset USING (dataset_key)
WHERE chain.chain_id = $1
  AND told.version = $2
