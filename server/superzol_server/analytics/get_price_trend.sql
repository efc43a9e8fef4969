-- Prices above zero of products in each chain at the end of each period, and the version that tells them; by chain.
-- $1 product_ids: text[], also such as products had before
-- $2 chain_ids: text[], null for all
-- $3 starts: timestamptz[], when each period begins, ascending, and when the last one ends
-- $4 unseen_limit: int, days from which on a store that nothing has seen since is left out
-- Budget: 1600 shared buffers
WITH unseen AS MATERIALIZED (
    -- Stores that nothing has seen since, and the period from which on that is so for too long.
    SELECT
        store.store_key,
        store.chain_key,
        width_bucket(min(dated.day)::timestamp AT TIME ZONE 'Asia/Jerusalem', $3::timestamptz[]) AS number
    FROM store
    JOIN chain ON chain.chain_key = store.chain_key
    CROSS JOIN LATERAL (
        SELECT day
        FROM dataset_version
        WHERE dataset_key = chain.dataset_key AND day IS NOT NULL
        ORDER BY version DESC
        LIMIT 1
    ) AS newest
    JOIN dataset_version AS dated
        ON dated.dataset_key = chain.dataset_key AND dated.day >= newest.day + ($4::int4 - store.unseen_days)
    WHERE store.unseen_days >= $4
    GROUP BY store.store_key
), leaving AS MATERIALIZED (
    SELECT store_key, chain_key, number, dense_rank() OVER (PARTITION BY chain_key ORDER BY number) AS leaves
    FROM unseen
), moment AS MATERIALIZED (
    -- Of each chain and period, the newest version with a cutoff in it, or else the one of the period before.
    SELECT
        chain.chain_key,
        chain.chain_id,
        period.number,
        max(loaded.version) OVER earlier AS version,
        -- How often stores have left until then.
        coalesce(max(gone.leaves) OVER earlier, 0) AS left_before,
        loaded.version IS NOT NULL AS is_loaded
    FROM chain
    CROSS JOIN generate_series(0, cardinality($3::timestamptz[]) - 1) AS period (number)
    LEFT JOIN (
        SELECT
            chain_key,
            width_bucket(cutoff_at, $3) AS number,
            max(version) AS version
        FROM chain_version
        WHERE state = 'loaded' AND cutoff_at < $3[cardinality($3)]
        GROUP BY chain_key, 2
    ) AS loaded ON loaded.chain_key = chain.chain_key AND loaded.number = period.number
    LEFT JOIN (
        SELECT DISTINCT chain_key, number, leaves
        FROM leaving
    ) AS gone ON gone.chain_key = chain.chain_key AND gone.number = period.number
    WHERE coalesce(chain.chain_id = ANY ($2::text[]), true)
    WINDOW earlier AS (PARTITION BY chain.chain_key ORDER BY period.number)
), used AS MATERIALIZED (
    -- Both grow with the periods: each place is of all periods with one version and the same stores.
    SELECT
        part.chain_key,
        array_agg(part.version ORDER BY part.version, part.left_before) AS versions,
        array_agg(part.left_before ORDER BY part.version, part.left_before) AS left_before
    FROM (
        SELECT DISTINCT chain_key, version, left_before
        FROM moment
        WHERE number > 0 AND version IS NOT NULL
    ) AS part
    GROUP BY part.chain_key
), asked AS MATERIALIZED (
    SELECT asked_id, product_key, product_id, product_keys
    FROM asked_product
    WHERE asked_id = ANY ($1::text[])
), former AS MATERIALIZED (
    SELECT DISTINCT asked.product_key, each.product_key AS former_key
    FROM asked
    CROSS JOIN LATERAL unnest(asked.product_keys[2:]) AS each (product_key)
), current AS MATERIALIZED (
    -- While a chain changes its writing a store may tell both: the identifier of now counts.
    SELECT again.product_key, again.store_key, range_agg(again.held) AS held
    FROM (
        SELECT open.product_key, open.store_key, int4range(open.since, NULL) AS held
        FROM offer AS open
        WHERE open.product_key = ANY (ARRAY(SELECT product_key FROM former))
        UNION ALL
        SELECT span.product_key, span.store_key, int4range(span.valid_from, span.valid_to)
        FROM price_span AS span
        WHERE span.product_key = ANY (ARRAY(SELECT product_key FROM former))
            AND span.valid_to > (SELECT min(versions[1]) FROM used)
    ) AS again
    GROUP BY again.product_key, again.store_key
), told AS (
    -- Many stores change a price together: from here on they are one row.
    SELECT open.product_key, open.chain_key, open.price, coalesce(open.since, open.first_since) AS valid_from,
        32767 AS valid_to, leaving.leaves, count(*) AS stores
    FROM (
        -- Opened here and not by the view, which keeps the rows of each pack before it hands them on.
        SELECT product_key, chain_key, unnest(store_keys) AS store_key, unnest(prices) AS price, unnest(since) AS since,
            since[1] AS first_since
        FROM offer_pack
        WHERE product_key = ANY (ARRAY(SELECT product_key FROM asked))
    ) AS open
    LEFT JOIN leaving ON leaving.store_key = open.store_key
    WHERE open.price > 0
    GROUP BY open.product_key, open.chain_key, open.price, valid_from, leaving.leaves
    UNION ALL
    SELECT span.product_key, span.chain_key, span.price, span.valid_from, span.valid_to, leaving.leaves, count(*)
    FROM price_span AS span
    LEFT JOIN leaving ON leaving.store_key = span.store_key
    WHERE span.product_key = ANY (ARRAY(SELECT product_key FROM asked))
        AND span.valid_to > (SELECT min(versions[1]) FROM used)
        AND span.price > 0
    GROUP BY span.product_key, span.chain_key, span.price, span.valid_from, span.valid_to, leaving.leaves
    UNION ALL
    SELECT former.product_key, gone.chain_key, gone.price, lower(part.held), upper(part.held),
        leaving.leaves, count(*)
    FROM price_span AS gone
    JOIN former ON former.former_key = gone.product_key
    LEFT JOIN current ON current.product_key = former.product_key AND current.store_key = gone.store_key
    LEFT JOIN leaving ON leaving.store_key = gone.store_key
    CROSS JOIN LATERAL unnest(
        int4range(gone.valid_from, gone.valid_to)::int4multirange - coalesce(current.held, '{}')
    ) AS part (held)
    WHERE gone.product_key = ANY (ARRAY(SELECT former_key FROM former))
        AND gone.valid_to > (SELECT min(versions[1]) FROM used)
        AND gone.price > 0
    GROUP BY former.product_key, gone.chain_key, gone.price, part.held, leaving.leaves
), lasting AS (
    SELECT
        told.product_key,
        told.chain_key,
        told.price,
        told.stores,
        width_bucket((told.valid_from - 1)::int2, used.versions) + 1 AS first,
        least(
            width_bucket((told.valid_to - 1)::int2, used.versions),
            width_bucket(told.leaves - 1, used.left_before)
        ) AS last
    FROM told
    JOIN used ON used.chain_key = told.chain_key
), priced AS (
    SELECT
        lasting.product_key,
        lasting.chain_key,
        used.versions[place.number] AS version,
        used.left_before[place.number] AS left_before,
        min(lasting.price) AS lowest,
        max(lasting.price) AS highest,
        sum(lasting.price * lasting.stores) AS total,
        sum(lasting.stores) AS stores
    FROM lasting
    JOIN used ON used.chain_key = lasting.chain_key
    CROSS JOIN LATERAL generate_series(lasting.first, lasting.last) AS place (number)
    GROUP BY 1, 2, 3, 4
)
SELECT
    ARRAY(SELECT unnest($1) EXCEPT SELECT asked_id FROM asked) AS unknown_product_ids,
    ARRAY(SELECT asked_id FROM asked WHERE asked_id <> product_id ORDER BY asked_id) AS old_product_ids,
    ARRAY(SELECT product_id FROM asked WHERE asked_id <> product_id ORDER BY asked_id) AS new_product_ids,
    ARRAY(SELECT unnest($2) EXCEPT SELECT chain_id FROM chain WHERE chain_id = ANY ($2)) AS unknown_chain_ids,
    moment.chain_id,
    moment.number,
    moment.version,
    moment.is_loaded,
    array_agg(asked.product_id ORDER BY asked.product_id) AS product_ids,
    array_agg(priced.lowest ORDER BY asked.product_id) AS lowest,
    array_agg(priced.highest ORDER BY asked.product_id) AS highest,
    array_agg(priced.total::int8 ORDER BY asked.product_id) AS totals,
    array_agg(priced.stores::int8 ORDER BY asked.product_id) AS stores
FROM (SELECT) AS always
LEFT JOIN moment ON moment.number > 0
LEFT JOIN (priced JOIN asked ON asked.product_key = priced.product_key)
    ON priced.chain_key = moment.chain_key
    AND priced.version = moment.version
    AND priced.left_before = moment.left_before
GROUP BY moment.chain_id, moment.number, moment.version, moment.is_loaded
ORDER BY
    moment.chain_id,
    moment.number
