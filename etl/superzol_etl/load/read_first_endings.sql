-- When what a store offered before the first version served ended at the latest, though nobody told another price: with
-- its first full file since, and with the first version as of which it was unseen for so many days: before or after it
-- was seen in one that is served, and in one of other chains, too.
-- $1 dataset_key: int2
-- $2 first version served: int2
-- $3 days: int2
WITH dated AS (
    SELECT version, day
    FROM dataset_version
    WHERE dataset_key = $1
      AND day IS NOT NULL
), seen AS (
    SELECT store_key, observed_version AS version, false AS is_full
    FROM pg_temp.store
    WHERE observed_version IS NOT NULL
    UNION ALL
    SELECT sighting.store_key, sighting.version, sighting.full_at IS NOT NULL
    FROM store_sighting AS sighting
    JOIN pg_temp.store USING (store_key)
    WHERE sighting.version >= $2
), told AS (
    SELECT store_key, min(version) FILTER (WHERE is_full) AS full_version
    FROM seen
    GROUP BY store_key
), gap AS (
    SELECT store_key, version, lead(version) OVER (PARTITION BY store_key ORDER BY version) AS ends_in
    FROM seen
), unseen AS (
    SELECT gap.store_key, min(late.version) AS version
    FROM gap
    CROSS JOIN LATERAL (
        SELECT dated.version
        FROM dated
        WHERE dated.version > gap.version
          AND (gap.ends_in IS NULL OR dated.version < gap.ends_in)
          AND dated.day - (SELECT day FROM dated WHERE version <= gap.version ORDER BY version DESC LIMIT 1) >= $3
        ORDER BY dated.version
        LIMIT 1
    ) AS late
    -- Most are between versions that follow each other.
    WHERE gap.ends_in IS NULL
       OR gap.ends_in > gap.version + 1
    GROUP BY gap.store_key
)
SELECT beside.store_key, told.full_version, coalesce(unseen.version, known.closed_version) AS unseen_version
FROM pg_temp.store AS beside
JOIN store AS known USING (store_key)
JOIN told USING (store_key)
LEFT JOIN unseen USING (store_key)
WHERE beside.observed_version IS NOT NULL
