-- Prices above zero of a category in each chain at the end of each period, and the version that tells them; by chain.
-- $1 category_id: text
-- $2 chain_ids: text[], null for all
-- $3 starts: timestamptz[], when each period begins, ascending, and when the last one ends
-- $4 unseen_limit: int, days from which on a store that nothing has seen since is left out
-- Budget: 5400 shared buffers
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
), named AS MATERIALIZED (
    SELECT product.product_key
    FROM product
    JOIN category ON category.category_key = product.category_key
    WHERE category.category_id = $1
), told AS (
    -- Many prices begin or end together: from here on they are one row.
    SELECT
        open.chain_key,
        coalesce(open.since, open.first_since) AS valid_from,
        32767 AS valid_to,
        leaving.leaves,
        min(open.price) AS lowest,
        max(coalesce(open.pack_max, open.price)) AS highest,
        sum(coalesce(open.pack_sum, open.price)) AS total,
        sum(coalesce(open.pack_priced, 1)) AS stores
    FROM (
        -- Opened here and not by the view, which keeps the rows of each pack before it hands them on; and not where all
        -- stores have their price since one version and none leaves: there the summary of the pack is its one row.
        SELECT
            pack.chain_key,
            unnest(CASE WHEN kind.is_one THEN ARRAY[NULL::int2] ELSE pack.store_keys END) AS store_key,
            unnest(CASE WHEN kind.is_one THEN ARRAY[pack.price_min] ELSE pack.prices END) AS price,
            unnest(pack.since) AS since,
            pack.since[1] AS first_since,
            CASE WHEN kind.is_one THEN pack.price_max END AS pack_max,
            CASE WHEN kind.is_one THEN pack.price_sum END AS pack_sum,
            CASE WHEN kind.is_one THEN pack.priced END AS pack_priced
        FROM offer_pack AS pack
        CROSS JOIN LATERAL (
            SELECT cardinality(pack.since) = 1 AND pack.chain_key <> ALL (ARRAY(SELECT chain_key FROM leaving)) AS is_one
        ) AS kind
        WHERE pack.product_key = ANY (ARRAY(SELECT product_key FROM named))
    ) AS open
    LEFT JOIN leaving ON leaving.store_key = open.store_key
    WHERE open.price > 0
    GROUP BY open.chain_key, valid_from, leaving.leaves
    UNION ALL
    SELECT
        span.chain_key,
        span.valid_from,
        span.valid_to,
        leaving.leaves,
        min(span.price),
        max(span.price),
        sum(span.price),
        count(*)
    FROM price_span AS span
    LEFT JOIN leaving ON leaving.store_key = span.store_key
    WHERE span.product_key = ANY (ARRAY(SELECT product_key FROM named))
        AND span.valid_to > (SELECT min(versions[1]) FROM used)
        AND span.price > 0
    GROUP BY span.chain_key, span.valid_from, span.valid_to, leaving.leaves
), lasting AS (
    SELECT
        told.chain_key,
        told.lowest,
        told.highest,
        told.total,
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
        lasting.chain_key,
        used.versions[place.number] AS version,
        used.left_before[place.number] AS left_before,
        min(lasting.lowest) AS lowest,
        max(lasting.highest) AS highest,
        sum(lasting.total) AS total,
        sum(lasting.stores) AS stores
    FROM lasting
    JOIN used ON used.chain_key = lasting.chain_key
    CROSS JOIN LATERAL generate_series(lasting.first, lasting.last) AS place (number)
    GROUP BY 1, 2, 3
)
SELECT
    EXISTS (SELECT FROM category WHERE category_id = $1 AND category_id <> department_id) AS category_known,
    EXISTS (SELECT FROM category WHERE category_id = $1 AND category_id = department_id) AS is_department,
    ARRAY(SELECT unnest($2) EXCEPT SELECT chain_id FROM chain WHERE chain_id = ANY ($2)) AS unknown_chain_ids,
    moment.chain_id,
    moment.number,
    moment.version,
    moment.is_loaded,
    ARRAY[CASE WHEN priced.stores > 0 THEN $1 END] AS product_ids,
    ARRAY[priced.lowest] AS lowest,
    ARRAY[priced.highest] AS highest,
    ARRAY[priced.total::int8] AS totals,
    ARRAY[priced.stores::int8] AS stores
FROM (SELECT) AS always
LEFT JOIN moment ON moment.number > 0
LEFT JOIN priced ON priced.chain_key = moment.chain_key
    AND priced.version = moment.version
    AND priced.left_before = moment.left_before
ORDER BY
    moment.chain_id,
    moment.number
