-- Notes a version that the lake says is closed; one that is known stays as it is.
-- $1 dataset_key: int2
-- $2 version: int2
-- $3 day: date
-- $4 digest: text
-- $5 chains: int2
INSERT INTO dataset_version (dataset_key, version, day, digest, chains, closed_at)
VALUES ($1, $2, $3, $4, $5, now())
ON CONFLICT DO NOTHING
