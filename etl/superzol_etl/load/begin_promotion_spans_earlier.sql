-- Takes over since when stores told what they have stopped telling since.
UPDATE promotion_span AS known
SET valid_from = after.valid_from
FROM (
    SELECT span.promotion_key,
           span.valid_to,
           array_agg(
               CASE WHEN seam.goes_on_from = told.version THEN seam.since ELSE told.version END ORDER BY told.place
           ) AS valid_from
    FROM promotion_span AS span
    CROSS JOIN LATERAL unnest(span.store_keys, span.valid_from) WITH ORDINALITY AS told (store_key, version, place)
    LEFT JOIN promotion_seam AS seam USING (promotion_key, store_key)
    WHERE span.promotion_key IN (SELECT promotion_key FROM promotion_seam WHERE goes_on_from IS NOT NULL)
    GROUP BY span.promotion_key, span.valid_to
    HAVING bool_or(seam.goes_on_from = told.version)
) AS after
WHERE known.promotion_key = after.promotion_key
  AND known.valid_to = after.valid_to
