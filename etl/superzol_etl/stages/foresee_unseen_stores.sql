-- What publish would close in stores that are unseen for so many days once chains of these cutoffs are loaded.
-- $1 dataset_key: int2
-- $2 version: int2
-- $3 days: int2
-- $4 cutoffs: timestamptz[]
-- $5 seen: int2[], surrogates of the stores that would be seen
WITH told AS (
    SELECT unnest($4::timestamptz[]) AS cutoff_at
    UNION ALL
    SELECT cutoff_at
    FROM chain_version
    JOIN chain USING (chain_key)
    WHERE chain.dataset_key = $1
      AND chain_version.version = $2
), dated AS (
    SELECT version, day
    FROM dataset_version
    WHERE dataset_key = $1
      AND day IS NOT NULL
      AND (version <> $2 OR closed_at IS NOT NULL)
    UNION ALL (
        -- As date_version would date it; one that is closed keeps its day.
        SELECT $2, (cutoff_at AT TIME ZONE 'Asia/Jerusalem')::date AS day
        FROM told
        WHERE cutoff_at IS NOT NULL
          AND NOT EXISTS (
              SELECT FROM dataset_version WHERE dataset_key = $1 AND version = $2 AND closed_at IS NOT NULL
          )
        GROUP BY 2
        ORDER BY count(*) DESC, day DESC
        LIMIT 1
    )
)
SELECT store.store_id, unseen.offers
FROM store
JOIN chain USING (chain_key)
CROSS JOIN (SELECT day FROM dated ORDER BY version DESC LIMIT 1) AS newest
CROSS JOIN LATERAL (
    SELECT count(*) AS offers
    FROM offer_pack
    WHERE offer_pack.chain_key = store.chain_key
      AND store.store_key = ANY (offer_pack.store_keys)
) AS unseen
WHERE chain.dataset_key = $1
  AND store.store_key <> ALL ($5::int2[])
  AND store.closed_version IS NULL
  AND newest.day
      - (SELECT day FROM dated WHERE version <= store.observed_version ORDER BY version DESC LIMIT 1) >= $3
  AND unseen.offers > 0
ORDER BY store.store_id
