-- Gives each product one name over its chains: the longest informative spelling, among equals that of the first chain
-- by chain_id; the most frequent manufacturer and country; weighted when most chains say so. The searched text holds
-- all spellings, the name shown first.
-- $1 closed version: int2; products are looked at whose words a later version changed
WITH changed AS (
    SELECT DISTINCT product_key
    FROM product_in_chain
    WHERE changed_version > $1
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
    SELECT product.product_key,
           coalesce(merged.name, product.code) AS name,
           search_text(concat_ws(' ', merged.name, array_to_string(array_remove(merged.spellings, merged.name), ' '),
                                 merged.manufacturer)) AS search_name,
           merged.manufacturer,
           merged.country,
           merged.weighted
    FROM merged
    JOIN product USING (product_key)
)
UPDATE product
SET name = worded.name,
    search_name = worded.search_name,
    manufacturer = worded.manufacturer,
    country = worded.country,
    weighted = worded.weighted
FROM worded
WHERE product.product_key = worded.product_key
  AND (product.name, product.search_name, product.manufacturer, product.country, product.weighted)
      IS DISTINCT FROM (worded.name, worded.search_name, worded.manufacturer, worded.country, worded.weighted)
