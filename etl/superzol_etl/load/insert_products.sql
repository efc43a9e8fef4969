-- Adds the wanted products that are new, in one order for all loaders: so two of them never wait for each other.
INSERT INTO product (scope, code, product_id, name, search_name, manufacturer, country, weighted)
SELECT wanted.scope,
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
    WHERE product.product_id = wanted.product_id
)
ORDER BY wanted.product_id
ON CONFLICT DO NOTHING
