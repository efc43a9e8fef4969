-- A backfill has to know when a full promotion file first ended what a store had told before.

ALTER TABLE promotion_sighting ADD COLUMN first_full_version int2;
COMMENT ON COLUMN promotion_sighting.first_full_version IS 'Dataset version that brought the first good full file; null before it.';

COMMENT ON TABLE promotion_span IS 'Stores that told a promotion in versions valid_from <= v < valid_to; those that tell it still are in promotion. A load only appends; a backfill lets rows begin earlier.';
COMMENT ON TABLE price_span IS 'Closed price spans: price held in versions valid_from <= v < valid_to. The open span is in offer_pack. A load only appends; a backfill lets rows begin earlier.';

-- Until now nobody noted it: a store that publishes full files begins with one.
UPDATE promotion_sighting AS sighting
SET first_full_version = coalesce(first.version, sighting.observed_version)
FROM promotion_sighting AS known
LEFT JOIN (
    SELECT told.store_key, min(told.version) AS version
    FROM (
        SELECT unnest(store_keys), unnest(since)
        FROM promotion
        UNION ALL
        SELECT unnest(store_keys), unnest(valid_from)
        FROM promotion_span
    ) AS told (store_key, version)
    GROUP BY told.store_key
) AS first USING (store_key)
WHERE known.store_key = sighting.store_key
  AND known.full_at IS NOT NULL;
