-- Takes over since when stores tell promotions, and what stands still of what they told in the versions beside.
-- $1 newest version beside: int2
-- $2 newest version: int2
WITH told AS (
    SELECT promotion.promotion_key,
           now.store_key,
           CASE WHEN seam.goes_on_from = now.since THEN seam.since ELSE now.since END AS since
    FROM promotion
    CROSS JOIN LATERAL unnest(promotion.store_keys, promotion.since) AS now (store_key, since)
    LEFT JOIN promotion_seam AS seam USING (promotion_key, store_key)
    WHERE promotion.promotion_key IN (SELECT promotion_key FROM promotion_seam)
      AND now.since > $1
    UNION ALL
    SELECT promotion_key, store_key, since
    FROM promotion_seam
    WHERE goes_on_from IS NULL
      AND ends_in IS NULL
), stores AS (
    SELECT promotion_key,
           array_agg(store_key ORDER BY store_key) AS store_keys,
           array_agg(since ORDER BY store_key) AS since
    FROM told
    GROUP BY promotion_key
), ended AS (
    SELECT promotion_key, max(ends_in) AS version
    FROM promotion_seam
    GROUP BY promotion_key
), after AS (
    SELECT promotion_key,
           coalesce(stores.store_keys, '{}') AS store_keys,
           coalesce(stores.since, '{}') AS since,
           CASE WHEN stores.since IS NULL THEN greatest(promotion.ended_version, ended.version) END AS ended_version
    FROM promotion
    JOIN ended USING (promotion_key)
    LEFT JOIN stores USING (promotion_key)
)
UPDATE promotion AS known
SET store_keys = after.store_keys,
    since = after.since,
    ended_version = after.ended_version,
    changed_version = $2
FROM after
WHERE known.promotion_key = after.promotion_key
  AND (known.store_keys, known.since, known.ended_version)
      IS DISTINCT FROM (after.store_keys, after.since, after.ended_version)
