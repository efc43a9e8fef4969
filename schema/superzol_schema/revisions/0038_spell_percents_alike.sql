-- A percent is found apart from the word it is glued to (5%תנובה), and behind its number where a name has it before
-- (חלב %3).

CREATE FUNCTION percent_text(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN regexp_replace(
        regexp_replace(words, '(?<![0-9])%([0-9]+(?:[.][0-9]+)?)(?![0-9.%])', '\1%', 'g'),
        '%(?=[[:alnum:]])', '% ', 'g');
COMMENT ON FUNCTION percent_text IS 'search_text of words that spaced_text spelled: each percent behind its number and apart from what follows.';

-- As in 0024, and percents only where they are in their place.
CREATE OR REPLACE FUNCTION search_text(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN CASE
        WHEN words ~ '^[0-9A-Za-zא-ת.][0-9A-Za-zא-ת.''"]*%?(?: [0-9A-Za-zא-ת.][0-9A-Za-zא-ת.''"]*%?)*$'
        THEN translate(lower(words), 'ךםןףץ''"', 'כמנפצ')
        WHEN words ~ '%' THEN percent_text(spaced_text(words))
        ELSE spaced_text(words)
    END;

UPDATE product
SET search_name = search_text(search_name)
WHERE search_name ~ '%[[:alnum:]]';

UPDATE manufacturer_spelling
SET search_name = search_text(search_name)
WHERE search_name ~ '%[[:alnum:]]';

-- So the stored column is worked out anew.
UPDATE store
SET city = city
WHERE city ~ '%';
