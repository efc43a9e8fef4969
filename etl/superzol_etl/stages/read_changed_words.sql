-- What chains say of products whose view may have changed: a product with one chain's words only where it differs.
-- $1 closed version: int2; products are looked at whose words a later version changed
WITH speakers AS (
    SELECT product_key, count(*) AS chains
    FROM product_in_chain
    GROUP BY product_key
    HAVING max(changed_version) > $1
), changed AS (
    SELECT product_key
    FROM speakers
    WHERE chains > 1
    UNION ALL
    -- A new product with one chain's words was given them when it was added.
    SELECT product_key
    FROM speakers
    JOIN product_in_chain AS words USING (product_key)
    JOIN product USING (product_key)
    WHERE chains = 1
      AND (product.name, product.manufacturer, product.country, product.weighted, product.net_quantity,
           product.net_unit, product.pieces)
          IS DISTINCT FROM
          (coalesce(words.name, product.code), words.manufacturer, words.country_code, words.weighted,
           words.net_quantity, words.net_unit, words.pieces)
)
SELECT product_key, words.name, words.manufacturer, words.country_code, words.weighted, words.net_quantity,
       words.net_unit, words.pieces
FROM changed
JOIN product_in_chain AS words USING (product_key)
