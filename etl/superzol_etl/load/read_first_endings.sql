-- When what a store offered before the first version served ended at the latest, though nobody told another price: with
-- its first full file since, and with the version as of which it was unseen for so many days.
-- $1 dataset_key: int2
-- $2 first version served: int2
-- $3 days: int2
WITH dated AS (
    SELECT version, day
    FROM dataset_version
    WHERE dataset_key = $1
      AND day IS NOT NULL
), seen AS (
    SELECT store_key, min(version) AS version, min(version) FILTER (WHERE full_at IS NOT NULL) AS full_version
    FROM store_sighting
    WHERE version >= $2
    GROUP BY store_key
)
SELECT beside.store_key, seen.full_version, coalesce(late.version, known.closed_version) AS unseen_version
FROM pg_temp.store AS beside
JOIN store AS known USING (store_key)
LEFT JOIN seen USING (store_key)
LEFT JOIN LATERAL (
    SELECT dated.version
    FROM dated
    WHERE dated.version >= $2
      AND dated.version > beside.observed_version
      AND (seen.version IS NULL OR dated.version < seen.version)
      AND dated.day - (SELECT day FROM dated WHERE version <= beside.observed_version ORDER BY version DESC LIMIT 1) >= $3
    ORDER BY dated.version
    LIMIT 1
) AS late ON true
WHERE beside.observed_version IS NOT NULL
