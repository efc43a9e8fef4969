-- Gives a version its day: the Israeli day of most of its chains' newest files, the later of two that are as many.
-- A single file with a date of the far future must not make all stores look unseen for years.
-- A closed version keeps its day: by it stores of other chains were closed.
-- $1 dataset_key: int2
-- $2 version: int2
UPDATE dataset_version
SET day = (
        SELECT (chain_version.cutoff_at AT TIME ZONE 'Asia/Jerusalem')::date AS day
        FROM chain_version
        JOIN chain USING (chain_key)
        WHERE chain.dataset_key = $1
          AND chain_version.version = $2
          AND chain_version.cutoff_at IS NOT NULL
        GROUP BY 1
        ORDER BY count(*) DESC, day DESC
        LIMIT 1
    )
WHERE dataset_key = $1
  AND version = $2
  AND closed_at IS NULL
