-- Says what became of a chain in a version; a row that says loaded is never replaced.
-- $1 chain_key: int2
-- $2 version: int2
-- $3 state: text
-- $4 cutoff_at: timestamptz
-- $5 digest: text
-- $6 stores: int4
-- $7 rows: int8
-- $8 rejected: int8
-- $9 changed: int8
-- $10 reason: text
-- $11 content_digest: text
-- $12 full_rows: int8
-- $13 gates: text
-- $14 held_by: text[]
INSERT INTO chain_version AS known
    (chain_key, version, state, cutoff_at, digest, stores, rows, rejected, changed, reason, content_digest,
     full_rows, gates, held_by)
VALUES ($1, $2, $3,
        -- A chain that tells files of long ago does not stand before its own past.
        CASE WHEN $4::timestamptz IS NOT NULL THEN
            greatest($4, (
                SELECT max(cutoff_at)
                FROM chain_version
                WHERE chain_key = $1
                  AND version < $2
                  AND state IN ('loaded', 'forgotten')
            ))
        END,
        $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT (chain_key, version) DO UPDATE
SET state = excluded.state,
    cutoff_at = excluded.cutoff_at,
    digest = excluded.digest,
    stores = excluded.stores,
    rows = excluded.rows,
    rejected = excluded.rejected,
    changed = excluded.changed,
    reason = excluded.reason,
    content_digest = excluded.content_digest,
    full_rows = excluded.full_rows,
    gates = excluded.gates,
    held_by = excluded.held_by,
    loaded_at = now()
WHERE known.state <> 'loaded'
