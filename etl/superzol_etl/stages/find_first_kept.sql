-- The oldest of the newest so many closed versions, of the dataset that is furthest behind, as datasets share the
-- partitions; 0 while a dataset has fewer. One that was never loaded has nothing to keep.
-- $1 kept: int4
SELECT coalesce(min(kept.first), 0)::int4
FROM dataset
CROSS JOIN LATERAL (
    SELECT CASE WHEN count(*) = $1 THEN min(newest.version) ELSE 0 END AS first
    FROM (
        SELECT version
        FROM dataset_version
        WHERE dataset_version.dataset_key = dataset.dataset_key
          AND closed_at IS NOT NULL
        ORDER BY version DESC
        LIMIT $1
    ) AS newest
) AS kept
WHERE EXISTS (SELECT FROM dataset_version WHERE dataset_version.dataset_key = dataset.dataset_key)
