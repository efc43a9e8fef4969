-- Takes over the words about products that the chain said nothing of since, and what it has left blank since.
-- $1 chain_key: int2
INSERT INTO product_in_chain AS known
SELECT beside.*
FROM pg_temp.product_in_chain AS beside
WHERE beside.chain_key = $1
ON CONFLICT (product_key, chain_key) DO UPDATE
SET name = coalesce(known.name, excluded.name),
    manufacturer = coalesce(known.manufacturer, excluded.manufacturer),
    country = coalesce(known.country, excluded.country),
    country_code = CASE WHEN known.country IS NULL THEN excluded.country_code ELSE known.country_code END,
    quantity = coalesce(known.quantity, excluded.quantity),
    unit_of_quantity = coalesce(known.unit_of_quantity, excluded.unit_of_quantity),
    unit_of_measure = coalesce(known.unit_of_measure, excluded.unit_of_measure),
    net_quantity = CASE WHEN known.net_unit IS NULL AND excluded.weighted = known.weighted
                        THEN excluded.net_quantity ELSE known.net_quantity END,
    net_unit = CASE WHEN known.net_unit IS NULL AND excluded.weighted = known.weighted
                    THEN excluded.net_unit ELSE known.net_unit END,
    pieces = CASE WHEN known.net_unit IS NULL AND excluded.weighted = known.weighted
                  THEN excluded.pieces ELSE known.pieces END
WHERE (known.name, known.manufacturer, known.country, known.quantity, known.unit_of_quantity, known.unit_of_measure,
       known.net_unit) IS DISTINCT FROM
      (coalesce(known.name, excluded.name), coalesce(known.manufacturer, excluded.manufacturer),
       coalesce(known.country, excluded.country), coalesce(known.quantity, excluded.quantity),
       coalesce(known.unit_of_quantity, excluded.unit_of_quantity),
       coalesce(known.unit_of_measure, excluded.unit_of_measure), coalesce(known.net_unit, excluded.net_unit))
