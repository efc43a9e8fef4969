-- Notes a version of the dataset. True when it is closed.
-- Chains still to be loaded open it again; so do other files under the same number, unless chains are loaded with the
-- files known.
-- $1 dataset_key: int2
-- $2 version: int2
-- $3 digest: text
-- $4 chains: int2
-- $5 keeps what is known: bool
-- $6 has chains to load: bool
INSERT INTO dataset_version AS known (dataset_key, version, digest, chains)
VALUES ($1, $2, $3, $4)
ON CONFLICT (dataset_key, version) DO UPDATE
SET digest = CASE WHEN $5 THEN known.digest ELSE excluded.digest END,
    chains = CASE WHEN $5 THEN known.chains ELSE excluded.chains END,
    closed_at = CASE WHEN NOT $6 AND ($5 OR known.digest = excluded.digest) THEN known.closed_at END
RETURNING closed_at IS NOT NULL
