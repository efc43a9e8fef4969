-- The version of each chain as of a time, by chain.
-- $1 as_of_time: timestamptz
-- $2 chain_id: text, null for all
-- Budget: 50 shared buffers
SELECT
    chain.chain_id,
    loaded.version,
    loaded.cutoff_at AS cutoff_time
FROM chain
CROSS JOIN LATERAL (
    SELECT version, cutoff_at
    FROM chain_version
    WHERE chain_key = chain.chain_key AND state = 'loaded' AND cutoff_at <= $1
    ORDER BY version DESC
    LIMIT 1
) AS loaded
WHERE $2::text IS NULL OR chain.chain_id = $2
ORDER BY chain.chain_id
