-- Notes a version of the dataset. True when it is closed.
-- Other files under the same number open it again, unless chains are loaded with the files known.
-- $1 dataset_key: int2
-- $2 version: int2
-- $3 digest: text
-- $4 keeps the digest known: bool
INSERT INTO dataset_version AS known (dataset_key, version, digest)
VALUES ($1, $2, $3)
ON CONFLICT (dataset_key, version) DO UPDATE
SET digest = CASE WHEN $4 THEN known.digest ELSE excluded.digest END,
    closed_at = CASE WHEN $4 OR known.digest = excluded.digest THEN known.closed_at END
RETURNING closed_at IS NOT NULL
