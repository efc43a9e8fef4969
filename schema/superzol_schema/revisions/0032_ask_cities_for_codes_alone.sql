-- No load makes a store with both the name and the code of a city that is not listed: who asks for such a code means the
-- stores that tell it alone. Loads keep codes without leading zeros from here on, and nothing is released that kept others.

CREATE OR REPLACE FUNCTION city_text(asked text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
    RETURN search_text(coalesce(
        (SELECT name FROM locality WHERE code = ltrim(search_text(asked), '0 ')),
        (SELECT locality.name FROM locality_spelling JOIN locality USING (code) WHERE key = city_key(asked)),
        substring(search_text(asked) FROM '^ *0*([0-9]+) *$'),
        asked));
COMMENT ON COLUMN store.city_code IS 'CBS locality code without leading zeros, published or of the city named; null when unknown.';
