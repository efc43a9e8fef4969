-- The city of a store as answers compare and order it is a column: sixteen statements of the server worked it out, for
-- each store anew.

ALTER TABLE store
    ADD COLUMN search_city text GENERATED ALWAYS AS (coalesce(nullif(search_text(city), ''), city_code)) STORED;
COMMENT ON COLUMN store.search_city IS 'search_text of the city, where its name has no letter or none is known its code: cities are compared by it. A revision that changes search_text must write it anew.';
COMMENT ON FUNCTION city_text IS 'search_text of the city asked for by CBS code or in any spelling; store.search_city is compared with it.';
