-- Gives a version its day: the Israeli day of its newest file.
-- $1 dataset_key: int2
-- $2 version: int2
UPDATE dataset_version
SET day = (
        SELECT (max(chain_version.cutoff_at) AT TIME ZONE 'Asia/Jerusalem')::date
        FROM chain_version
        JOIN chain USING (chain_key)
        WHERE chain.dataset_key = $1
          AND chain_version.version = $2
    )
WHERE dataset_key = $1
  AND version = $2
