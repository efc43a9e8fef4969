-- Adds the wanted products that are not there yet, in one order for all loaders: so two of them never wait for each other.
-- $1 scope: int2[]
-- $2 code: text[]
-- $3 product_id: text[]
-- $4 name: text[]
-- $5 manufacturer: text[]
-- $6 country_code: text[]
-- $7 weighted: bool[]
-- $8 net_quantity: int4[]
-- $9 net_unit: int2[]
-- $10 pieces: int2[]
-- $11 category_key: int2[]
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
FROM unnest($1::int2[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::int4[],
            $9::int2[], $10::int2[], $11::int2[])
    AS wanted (scope, code, product_id, name, manufacturer, country_code, weighted, net_quantity, net_unit, pieces,
               category_key)
ORDER BY wanted.product_id COLLATE "C"
ON CONFLICT DO NOTHING
RETURNING product_id, product_key
