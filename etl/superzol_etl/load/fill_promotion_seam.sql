-- Finds how what stores told at the end of the versions beside goes on: until the store tells the promotion again, in these
-- words or in others, or a full file of it leaves it out. What is told again by then goes on in what is known of it.
-- $1 chain_key: int2
-- $2 newest version beside: int2
INSERT INTO promotion_seam (promotion_key, store_key, since, goes_on_from, ends_in)
WITH stood AS (
    SELECT known.promotion_key, known.code, told.store_key, told.since
    FROM pg_temp.promotion AS beside
    JOIN promotion AS known USING (chain_key, body_hash)
    CROSS JOIN LATERAL unnest(beside.store_keys, beside.since) AS told (store_key, since)
), later AS (
    SELECT promotion_key, code, store_keys, since
    FROM promotion
    WHERE chain_key = $1
      AND code IN (SELECT code FROM pg_temp.promotion WHERE ended_version IS NULL)
), told AS (
    SELECT later.promotion_key, later.code, now.store_key, now.version
    FROM later
    CROSS JOIN LATERAL unnest(later.store_keys, later.since) AS now (store_key, version)
    WHERE now.version > $2
    UNION ALL
    SELECT later.promotion_key, later.code, past.store_key, past.version
    FROM later
    JOIN promotion_span AS span USING (promotion_key)
    CROSS JOIN LATERAL unnest(span.store_keys, span.valid_from) AS past (store_key, version)
), first AS (
    SELECT code, store_key, min(version) AS version
    FROM told
    GROUP BY code, store_key
)
SELECT stood.promotion_key,
       stood.store_key,
       stood.since,
       CASE WHEN ends.version = again.version THEN ends.version END,
       CASE WHEN ends.version IS DISTINCT FROM again.version THEN ends.version END
FROM stood
LEFT JOIN first USING (code, store_key)
LEFT JOIN told AS again
    ON again.promotion_key = stood.promotion_key
    AND again.store_key = stood.store_key
    AND again.version = first.version
LEFT JOIN promotion_sighting AS seen ON seen.store_key = stood.store_key
CROSS JOIN LATERAL (SELECT least(first.version, seen.first_full_version)) AS ends (version)
