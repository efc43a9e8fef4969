-- Notes a version of the dataset; other files under the same number open it again. True when it is closed.
-- $1 dataset_key: int2
-- $2 version: int2
-- $3 digest: text
INSERT INTO dataset_version AS known (dataset_key, version, digest)
VALUES ($1, $2, $3)
ON CONFLICT (dataset_key, version) DO UPDATE
SET digest = excluded.digest,
    closed_at = CASE WHEN known.digest = excluded.digest THEN known.closed_at END
RETURNING closed_at IS NOT NULL
