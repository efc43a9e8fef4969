-- Takes over the views in product_merged that differ. The searched text holds all spellings, the name shown first.
WITH worded AS (
    SELECT merged.product_key,
           coalesce(merged.name, product.code) AS name,
           search_text(concat_ws(' ', coalesce(merged.name, product.code), merged.spellings, merged.manufacturer))
               AS search_name,
           merged.manufacturer,
           merged.country_code,
           merged.weighted,
           merged.net_quantity,
           merged.net_unit,
           merged.pieces
    FROM product_merged AS merged
    JOIN product USING (product_key)
)
UPDATE product
SET name = worded.name,
    search_name = worded.search_name,
    manufacturer = worded.manufacturer,
    country = worded.country_code,
    weighted = worded.weighted,
    net_quantity = worded.net_quantity,
    net_unit = worded.net_unit,
    pieces = worded.pieces
FROM worded
WHERE product.product_key = worded.product_key
  AND (product.name, product.search_name, product.manufacturer, product.country, product.weighted,
       product.net_quantity, product.net_unit, product.pieces)
      IS DISTINCT FROM
      (worded.name, worded.search_name, worded.manufacturer, worded.country_code, worded.weighted,
       worded.net_quantity, worded.net_unit, worded.pieces)
RETURNING product.product_key, product.name, product.manufacturer, product.category_key
