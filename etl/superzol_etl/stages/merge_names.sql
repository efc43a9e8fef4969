-- Gives each product one name over its chains: the longest informative spelling, among equals that of the first chain
-- by chain_id; the most frequent manufacturer and country; weighted when most chains say so. The searched text holds
-- all spellings, the name shown first.
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
      AND (product.name, product.manufacturer, product.country, product.weighted)
          IS DISTINCT FROM (coalesce(words.name, product.code), words.manufacturer, words.country, words.weighted)
), told AS (
    SELECT words.product_key, words.name, words.manufacturer, words.country, words.weighted, chain.chain_id
    FROM changed
    JOIN product_in_chain AS words USING (product_key)
    JOIN chain USING (chain_key)
), merged AS (
    SELECT product_key,
           (array_agg(name ORDER BY length(name) DESC, chain_id) FILTER (WHERE name IS NOT NULL))[1] AS name,
           array_agg(DISTINCT name ORDER BY name) FILTER (WHERE name IS NOT NULL) AS spellings,
           mode() WITHIN GROUP (ORDER BY manufacturer) AS manufacturer,
           mode() WITHIN GROUP (ORDER BY country) AS country,
           mode() WITHIN GROUP (ORDER BY weighted) AS weighted
    FROM told
    GROUP BY product_key
), worded AS (
    SELECT merged.product_key,
           coalesce(merged.name, product.code) AS name,
           merged.manufacturer,
           merged.country,
           merged.weighted,
           merged.spellings
    FROM merged
    JOIN product USING (product_key)
), searched AS (
    SELECT product_key,
           name,
           manufacturer,
           country,
           weighted,
           search_text(concat_ws(' ', name, array_to_string(array_remove(spellings, name), ' '), manufacturer))
               AS search_name
    FROM worded
)
UPDATE product
SET name = searched.name,
    search_name = searched.search_name,
    manufacturer = searched.manufacturer,
    country = searched.country,
    weighted = searched.weighted
FROM searched
WHERE product.product_key = searched.product_key
  AND (product.name, product.search_name, product.manufacturer, product.country, product.weighted)
      IS DISTINCT FROM
      (searched.name, searched.search_name, searched.manufacturer, searched.country, searched.weighted)
RETURNING product.product_key, product.name, product.manufacturer, product.category_key
