-- The newest version met, its digest, and the newest version of which a chain is loaded (0 when none is).
-- $1 dataset_key: int2
SELECT dataset_version.version,
       dataset_version.digest,
       coalesce((
           SELECT max(chain_version.version)
           FROM chain_version
           JOIN chain USING (chain_key)
           WHERE chain.dataset_key = $1
             AND chain_version.state = 'loaded'
       ), 0) AS loaded
FROM dataset_version
WHERE dataset_key = $1
ORDER BY version DESC
LIMIT 1
