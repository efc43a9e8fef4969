-- Products whose name, other spellings or manufacturer hold every word or its beginning, best first.
-- $1 query: text
-- $2 chain_id: text, that offers it now, null for all
-- $3 manufacturer: text, null for all
-- $4 weighted: bool, null for both
-- $5 most_held: int, products that may hold the words; of more, as many of those in most stores are ranked
-- $6 after_rank: int, 0 names begin with the words, 1 whole words, 2 beginnings of words
-- $7 after_rarity: int, stores that offer it, below zero
-- $8 after_length: int, letters of the name
-- $9 after_product_id: text
-- $10 limit: int
-- Budget: 25000 shared buffers
WITH word AS MATERIALIZED (
    SELECT
        string_agg(word, ' ' ORDER BY place) AS phrase,
        array_agg(beginning ORDER BY length(word) DESC, place) AS beginnings,
        array_agg(beginning || '( |$)') AS wholes
    FROM (
        SELECT word, min(place) AS place
        FROM regexp_split_to_table(search_text($1), ' ') WITH ORDINALITY AS split (word, place)
        WHERE word ~ '[[:alnum:]]'
        GROUP BY word
    ) AS once
    CROSS JOIN LATERAL (SELECT '(^|[ .])' || replace(word, '.', '\.')) AS pattern (beginning)
), held AS MATERIALIZED (
    SELECT product.product_key
    FROM product
    WHERE
        -- The longest two words choose rows by the index, the others only filter them.
        product.search_name ~ (SELECT beginnings[1] FROM word)
        AND product.search_name ~ (SELECT coalesce(beginnings[2], '') FROM word)
        AND product.search_name ~ ALL ((SELECT beginnings[3:] FROM word)::text[])
    LIMIT $5::int8 + 1
), candidate AS MATERIALIZED (
    -- An array, as a plan that guesses at few rows here joined each to each.
    -- Ranking all of the 70,000 that hold one letter took 400 ms, this 40 ms.
    SELECT CASE
        WHEN count(*) <= $5 THEN array_agg(held.product_key)
        ELSE ARRAY(SELECT product_key FROM product_stat ORDER BY stores DESC, product_key LIMIT $5)
    END AS product_keys
    FROM held
), match AS (
    SELECT
        product.*,
        CASE
            WHEN starts_with(product.search_name || ' ', (SELECT phrase FROM word) || ' ') THEN 0
            WHEN product.search_name ~ ALL ((SELECT wholes FROM word)::text[]) THEN 1
            ELSE 2
        END AS rank
    FROM product
    WHERE
        product.product_key = ANY ((SELECT product_keys FROM candidate)::int4[])
        AND product.search_name ~ ALL ((SELECT beginnings FROM word)::text[])
        AND ($2::text IS NULL OR EXISTS (
            SELECT FROM offer_pack AS pack
            JOIN chain ON chain.chain_key = pack.chain_key AND chain.chain_id = $2
            JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
            WHERE pack.product_key = product.product_key
        ))
        AND ($3::text IS NULL OR product.manufacturer = $3)
        AND ($4::bool IS NULL OR product.weighted = $4)
)
SELECT
    product.product_id,
    product.name,
    CASE WHEN product.scope = 0 THEN product.code END AS gtin,
    product.manufacturer,
    product.country,
    product.weighted,
    stat.price_min AS price_min_agorot,
    stat.price_avg AS price_avg_agorot,
    stat.price_max AS price_max_agorot,
    stat.stores AS store_count,
    stat.chains AS chain_count,
    product.rank AS key_rank,
    -coalesce(stat.stores, 0) AS key_rarity,
    length(product.name) AS key_length
FROM match AS product
LEFT JOIN product_stat AS stat ON stat.product_key = product.product_key
WHERE (product.rank, -coalesce(stat.stores, 0), length(product.name), product.product_id)
    > ($6, $7, $8, $9 COLLATE "C")
ORDER BY
    key_rank,
    key_rarity,
    key_length,
    product.product_id
LIMIT $10
