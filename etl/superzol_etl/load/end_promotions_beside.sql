-- Appends who stopped telling what they told in the versions beside in a later one.
INSERT INTO promotion_span AS known (promotion_key, valid_to, store_keys, valid_from)
SELECT promotion_key, ends_in, array_agg(store_key ORDER BY store_key), array_agg(since ORDER BY store_key)
FROM promotion_seam
WHERE ends_in IS NOT NULL
GROUP BY promotion_key, ends_in
ON CONFLICT (promotion_key, valid_to) DO UPDATE
SET (store_keys, valid_from) = (
    SELECT array_agg(gone.store_key ORDER BY gone.store_key), array_agg(gone.version ORDER BY gone.store_key)
    FROM (
        SELECT unnest(known.store_keys), unnest(known.valid_from)
        UNION ALL
        SELECT unnest(excluded.store_keys), unnest(excluded.valid_from)
    ) AS gone (store_key, version)
)
