-- A city that is known by its code only, as of a locality that is not listed, is found by that code; so is one that its
-- store names beside the code.

CREATE OR REPLACE FUNCTION city_text(asked text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
    RETURN search_text(coalesce(
        (SELECT name FROM locality WHERE code = ltrim(search_text(asked), '0 ')),
        (SELECT locality.name FROM locality_spelling JOIN locality USING (code) WHERE key = city_key(asked)),
        (SELECT coalesce(city, city_code) FROM store WHERE city_code = ltrim(search_text(asked), '0 ') ORDER BY city LIMIT 1),
        asked));
COMMENT ON FUNCTION city_text IS 'search_text of the city asked for by CBS code or in any spelling; compared with search_text(store.city) or, without one, store.city_code.';
