-- Products whose name, other spellings or manufacturer hold every word or its beginning, best first.
-- $1 words: text
-- $2 quantities: text[], patterns of search_name that must be found too
-- $3 chain_id: text, that offers it now, null for all
-- $4 manufacturer: text, null for all
-- $5 weighted: bool, null for both
-- $6 category_id: text, of a category or a department, null for all
-- $7 most_held: int, products that may hold the words; of more, as many of those in most stores are ranked
-- $8 after_rank: int, 0 the name is the words, 1 begins with them, 2 begins with the first, 3 whole words, 4 beginnings
-- $9 after_rarity: int, stores that offer it, below zero
-- $10 after_length: int, letters of the name
-- $11 after_product_id: text
-- $12 limit: int
-- Budget: 27000 shared buffers
WITH word AS MATERIALIZED (
    SELECT
        '^' || string_agg(same, ' ' ORDER BY place) AS phrase,
        '^' || (array_agg(form ORDER BY place))[1] || '( |$)' AS first,
        coalesce(array_agg(border || beginning ORDER BY length(word) DESC, place), '{}') || $2 AS beginnings,
        coalesce(array_agg(border || form || '( |$)'), '{}') || $2 AS wholes
    FROM (
        SELECT
            replace(word, '.', '\.') AS word,
            min(place) AS place,
            -- A number may be glued to the word before it, as in שלב2; alone it is searched by the index.
            CASE WHEN word ~ '^[0-9]' AND bool_or(word ~ '^[^0-9]') OVER () THEN '(^|[^0-9])' ELSE '(^|[ .])' END AS border
        FROM regexp_split_to_table(search_text($1), ' ') WITH ORDINALITY AS split (word, place)
        WHERE word ~ '[[:alnum:]]'
        GROUP BY word
    ) AS once
    CROSS JOIN LATERAL (
        -- One and many, and the form before another noun: עגבניה, עגבניות; תפוח, תפוחים, תפוחי.
        SELECT CASE
            WHEN word ~ '^[א-ת]{3,}ימ$' THEN left(word, -2) || '(ימ|י|ה)?'
            WHEN word ~ '^[א-ת]{3,}ות$' THEN left(word, -2) || '(ות|ה|ת)?'
            WHEN word ~ '^[א-ת]{2,}[הת]$' THEN left(word, -1) || '(ה|ת|ות|ימ)'
            WHEN word ~ '^[א-ת]{3,}י$' THEN left(word, -1) || '(י|ימ)?'
            ELSE replace(word, '%', ' ?%')
        END
    ) AS inflected (form)
    CROSS JOIN LATERAL (
        -- Before a noun it is mostly another good: who asks for חמאה wants no חמאת בוטנים first.
        SELECT CASE
            WHEN word ~ '[ית]$' AND word !~ '^[א-ת]{3,}ות$' THEN form
            ELSE regexp_replace(form, '\|[ית](?=[|)])', '')
        END
    ) AS meant (same)
    CROSS JOIN LATERAL (
        SELECT CASE form WHEN word THEN word ELSE '(' || word || '|' || form || '( |$))' END
    ) AS open (beginning)
), held AS MATERIALIZED (
    SELECT product.product_key
    FROM product
    WHERE
        -- The longest two words choose rows by the index, the others only filter them.
        product.search_name ~ (SELECT beginnings[1] FROM word)
        AND product.search_name ~ (SELECT coalesce(beginnings[2], '') FROM word)
        AND product.search_name ~ ALL ((SELECT beginnings[3:] FROM word)::text[])
    LIMIT $7::int8 + 1
), candidate AS MATERIALIZED (
    -- An array, as a plan that guesses at few rows here joined each to each.
    -- Ranking all of the 70,000 that hold one letter took 400 ms, this 40 ms.
    SELECT CASE
        WHEN count(*) <= $7 THEN array_agg(held.product_key)
        ELSE ARRAY(SELECT product_key FROM product_stat ORDER BY stores DESC, product_key LIMIT $7)
    END AS product_keys
    FROM held
), match AS (
    SELECT
        product.*,
        CASE
            WHEN product.search_name ~ (SELECT phrase || '( |$)' FROM word)
                THEN CASE WHEN search_text(product.name) ~ (SELECT phrase || '$' FROM word) THEN 0 ELSE 1 END
            WHEN product.search_name ~ ALL ((SELECT wholes FROM word)::text[])
                THEN CASE WHEN product.search_name ~ (SELECT first FROM word) THEN 2 ELSE 3 END
            ELSE 4
        END AS rank
    FROM product
    WHERE
        product.product_key = ANY ((SELECT product_keys FROM candidate)::int4[])
        AND product.search_name ~ ALL ((SELECT beginnings FROM word)::text[])
        -- The same good under the identifier it had before.
        AND product.product_id NOT IN (SELECT old_id FROM product_alias)
        AND ($3::text IS NULL OR EXISTS (
            SELECT FROM offer_pack AS pack
            JOIN chain ON chain.chain_key = pack.chain_key AND chain.chain_id = $3
            JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
            WHERE pack.product_key = product.product_key
        ))
        AND ($4::text IS NULL OR product.manufacturer = ANY (ARRAY(
            SELECT spelling.name
            FROM manufacturer_spelling AS spelling
            WHERE spelling.search_name = search_text($4)
        )))
        AND ($5::bool IS NULL OR product.weighted = $5)
        AND ($6::text IS NULL OR product.category_key = ANY (ARRAY(
            SELECT shelf.category_key
            FROM category AS shelf
            WHERE $6 IN (shelf.category_id, shelf.department_id)
        )))
), page AS (
    SELECT
        product.*,
        stat.price_min,
        stat.price_avg,
        stat.price_max,
        stat.stores,
        stat.chains,
        -coalesce(stat.stores, 0) AS rarity,
        length(product.name) AS letters
    FROM match AS product
    LEFT JOIN product_stat AS stat ON stat.product_key = product.product_key
    WHERE (product.rank, -coalesce(stat.stores, 0), length(product.name), product.product_id)
        > ($8, $9, $10, $11 COLLATE "C")
    ORDER BY
        product.rank,
        rarity,
        letters,
        product.product_id
    LIMIT $12
)
SELECT
    page.product_id,
    page.name,
    CASE WHEN page.scope = 0 THEN page.code END AS gtin,
    page.manufacturer,
    page.country,
    page.weighted,
    page.net_quantity / 1000.0::float8 AS net_quantity,
    page.net_unit,
    page.pieces AS piece_count,
    category.category_id,
    category.department_id,
    page.price_min AS price_min_agorot,
    page.price_avg AS price_avg_agorot,
    page.price_max AS price_max_agorot,
    page.stores AS store_count,
    page.chains AS chain_count,
    page.rank AS key_rank,
    page.rarity AS key_rarity,
    page.letters AS key_length
FROM page
-- Joined last: for each of 8,000 candidates it took as many buffers again.
LEFT JOIN category ON category.category_key = page.category_key
ORDER BY
    key_rank,
    key_rarity,
    key_length,
    page.product_id
LIMIT $12
