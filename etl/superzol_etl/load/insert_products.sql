-- Adds the wanted products that are not there yet, in one order for all loaders: so two of them never wait for each other.
WITH wanted AS (
    DELETE FROM product_wanted RETURNING *
)
INSERT INTO product (scope, code, product_id, name, search_name, manufacturer, country, weighted,
                     net_quantity, net_unit, pieces, category_key)
SELECT wanted.scope,
       wanted.code,
       wanted.product_id,
       coalesce(wanted.name, wanted.code),
       search_text(concat_ws(' ', coalesce(wanted.name, wanted.code), wanted.manufacturer)),
       wanted.manufacturer,
       wanted.country_code,
       wanted.weighted,
       wanted.net_quantity,
       wanted.net_unit,
       wanted.pieces,
       wanted.category_key
FROM wanted
ORDER BY wanted.product_id COLLATE "C"
ON CONFLICT DO NOTHING
RETURNING product_id, product_key
