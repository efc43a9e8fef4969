-- Says what became of one file of a run, in place of what the run said of it before.
-- $1 run_id: text
-- $2 file: text
-- $3 chain_key: int2
-- $4 digest: text
-- $5 state: text
-- $6 rows: int8
-- $7 loaded: int8
-- $8 superseded: int8
-- $9 rejected: int8
-- $10 drift: text[]
-- $11 problem: text
-- $12 reject_reasons: text[]
-- $13 reject_counts: int8[]
INSERT INTO file_report
    (run_id, file, chain_key, digest, state, rows, loaded, superseded, rejected, drift, problem, reject_reasons,
     reject_counts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (run_id, file) DO UPDATE
SET chain_key = excluded.chain_key,
    digest = excluded.digest,
    state = excluded.state,
    rows = excluded.rows,
    loaded = excluded.loaded,
    superseded = excluded.superseded,
    rejected = excluded.rejected,
    drift = excluded.drift,
    problem = excluded.problem,
    reject_reasons = excluded.reject_reasons,
    reject_counts = excluded.reject_counts
