-- Takes over a chain's words; blank words never replace others, and words of deltas only fill what is new. What is
-- understood of the same words is replaced, even by nothing: another release may understand them otherwise.
-- $1 chain_key: int2
-- $2 version: int2
INSERT INTO product_in_chain AS known
    (product_key, chain_key, name, manufacturer, country, country_code, quantity, unit_of_quantity, unit_of_measure,
     net_quantity, net_unit, pieces, weighted, changed_version)
SELECT DISTINCT ON (told.product_key)
       told.product_key, $1, told.name, told.manufacturer, told.country, told.country_code, told.quantity,
       told.unit_of_quantity, told.unit_of_measure, told.net_quantity, told.net_unit, told.pieces, told.weighted, $2
FROM words_told AS told
LEFT JOIN product_in_chain AS known ON known.product_key = told.product_key AND known.chain_key = $1
WHERE known.product_key IS NULL
   OR (told.is_full AND (
          coalesce(told.name, known.name) IS DISTINCT FROM known.name
       OR coalesce(told.manufacturer, known.manufacturer) IS DISTINCT FROM known.manufacturer
       OR coalesce(told.country, known.country) IS DISTINCT FROM known.country
       OR coalesce(told.quantity, known.quantity) IS DISTINCT FROM known.quantity
       OR coalesce(told.unit_of_quantity, known.unit_of_quantity) IS DISTINCT FROM known.unit_of_quantity
       OR coalesce(told.unit_of_measure, known.unit_of_measure) IS DISTINCT FROM known.unit_of_measure
       OR (told.country = known.country AND told.country_code IS DISTINCT FROM known.country_code)
       OR ((told.net_unit IS NOT NULL
            OR (told.name, told.quantity, told.unit_of_quantity, told.unit_of_measure) IS NOT DISTINCT FROM
               (known.name, known.quantity, known.unit_of_quantity, known.unit_of_measure))
           AND (told.net_quantity, told.net_unit, told.pieces)
               IS DISTINCT FROM (known.net_quantity, known.net_unit, known.pieces))
       OR told.weighted <> known.weighted))
ORDER BY told.product_key, told.is_full DESC, told.name
ON CONFLICT (product_key, chain_key) DO UPDATE
SET name = coalesce(excluded.name, known.name),
    manufacturer = coalesce(excluded.manufacturer, known.manufacturer),
    country = coalesce(excluded.country, known.country),
    country_code = CASE WHEN excluded.country IS NULL THEN known.country_code ELSE excluded.country_code END,
    quantity = coalesce(excluded.quantity, known.quantity),
    unit_of_quantity = coalesce(excluded.unit_of_quantity, known.unit_of_quantity),
    unit_of_measure = coalesce(excluded.unit_of_measure, known.unit_of_measure),
    (net_quantity, net_unit, pieces) = (
        SELECT CASE WHEN say.nothing THEN known.net_quantity ELSE excluded.net_quantity END,
               CASE WHEN say.nothing THEN known.net_unit ELSE excluded.net_unit END,
               CASE WHEN say.nothing THEN known.pieces ELSE excluded.pieces END
        FROM (SELECT excluded.net_unit IS NULL AND excluded.weighted = known.weighted
                     AND (excluded.name, excluded.quantity, excluded.unit_of_quantity, excluded.unit_of_measure)
                         IS DISTINCT FROM (known.name, known.quantity, known.unit_of_quantity, known.unit_of_measure)
             ) AS say (nothing)
    ),
    weighted = excluded.weighted,
    changed_version = excluded.changed_version
