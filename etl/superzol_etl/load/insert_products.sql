-- Adds the wanted products that are new, in one order for all loaders, so that two of them never wait for each other.
INSERT INTO product (scope, code, product_id, name, search_name, manufacturer, country, weighted)
SELECT DISTINCT ON (wanted.scope, wanted.code COLLATE "C")
       wanted.scope,
       wanted.code,
       wanted.product_id,
       coalesce(wanted.name, wanted.code),
       search_text(concat_ws(' ', coalesce(wanted.name, wanted.code), wanted.manufacturer)),
       wanted.manufacturer,
       wanted.country,
       wanted.weighted
FROM wanted_product AS wanted
WHERE NOT EXISTS (
    SELECT FROM product
    WHERE product.scope = wanted.scope
      AND product.code = wanted.code
)
ORDER BY wanted.scope, wanted.code COLLATE "C", wanted.place
ON CONFLICT DO NOTHING
