-- Words of a search that few names or none hold, each with the words of names that are like it.
-- $1 words: text
-- $2 few: int, products that hold a word; of one that so many hold nothing is told
-- $3 most_words: int, such words, of more the first
-- $4 least_alike: float4, similarity of two words from which on one is told for the other
-- $5 limit: int, words that are told for each of them, the most alike
-- Budget: 3000 shared buffers
WITH split AS MATERIALIZED (
    SELECT DISTINCT word
    FROM regexp_split_to_table(search_text($1), ' ') AS each_word (word)
    WHERE word ~ '^[[:alpha:]]{3,}$'
), asked AS MATERIALIZED (
    SELECT split.word, known.product_count
    FROM split
    CROSS JOIN LATERAL (
        SELECT count(*) AS product_count
        FROM (
            SELECT FROM product WHERE product.search_name ~ ('(^|[ .])' || split.word) LIMIT $2
        ) AS held
    ) AS known
    WHERE known.product_count < $2
    ORDER BY split.word
    LIMIT $3
)
SELECT
    asked.word,
    asked.product_count AS word_count,
    near.word AS like_word,
    near.product_count AS like_count
FROM asked
CROSS JOIN LATERAL (
    SELECT held.word, count(*) AS product_count
    FROM product
    CROSS JOIN LATERAL regexp_split_to_table(product.search_name, '[ .]') AS held (word)
    WHERE
        product.search_name %> asked.word
        AND held.word ~ '^[[:alpha:]]{2,}$'
        AND held.word <> asked.word
        AND similarity(held.word, asked.word) >= $4
    GROUP BY held.word
    ORDER BY similarity(held.word, asked.word) DESC, product_count DESC, held.word
    LIMIT $5
) AS near
ORDER BY asked.word, near.word
LIMIT $3 * $5
