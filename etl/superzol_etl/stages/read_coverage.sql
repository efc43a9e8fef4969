-- Where the chains of a version stand; no row when no load has met the version.
-- $1 dataset_key: int2
-- $2 version: int2
SELECT dataset_version.digest,
       dataset_version.closed_at IS NOT NULL AS closed,
       dataset_version.chains,
       count(*) FILTER (WHERE told.state = 'loaded') AS loaded,
       greatest(dataset_version.chains - count(*) FILTER (WHERE told.digest <> ''), 0) AS missing,
       coalesce(array_agg(told.chain_id ORDER BY told.chain_id) FILTER (WHERE told.state = 'held_back'), '{}')
           AS held_back,
       coalesce(array_agg(told.reason ORDER BY told.chain_id) FILTER (WHERE told.reason IS NOT NULL), '{}') AS reasons,
       coalesce(sum(told.rows), 0)::int8 AS rows,
       coalesce(sum(told.rejected), 0)::int8 AS rejected,
       coalesce(sum(told.changed), 0)::int8 AS changed
FROM dataset_version
LEFT JOIN (
    SELECT chain.dataset_key, chain.chain_id, chain_version.version, chain_version.state, chain_version.digest,
           chain_version.reason, chain_version.rows, chain_version.rejected, chain_version.changed
    FROM chain_version
    JOIN chain USING (chain_key)
) AS told USING (dataset_key, version)
WHERE dataset_version.dataset_key = $1
  AND dataset_version.version = $2
GROUP BY dataset_version.dataset_key, dataset_version.version
