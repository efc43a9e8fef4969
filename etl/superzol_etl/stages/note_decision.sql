-- Keeps a decision, who made it and when.
-- $1 action: text
-- $2 dataset_key: int2
-- $3 chain_key: int2
-- $4 version: int2
-- $5 digest: text
-- $6 detail: text
-- $7 decided_by: text
INSERT INTO etl_decision (action, dataset_key, chain_key, version, digest, detail, decided_by)
VALUES ($1, $2, $3, $4, $5, $6, $7)
