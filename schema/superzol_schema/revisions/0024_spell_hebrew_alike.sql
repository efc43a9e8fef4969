-- Search and filters see no difference between writings of one Hebrew word: points, kinds of geresh and of hyphen,
-- marks of direction, and the forms that Unicode keeps for old computers.

CREATE FUNCTION plain_text(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN regexp_replace(
        normalize(translate(words, '´', ''), NFKC),
        '[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff'
            '‚‛„‟′ʹʼʽ]+',
        '', 'g');
COMMENT ON FUNCTION plain_text IS 'Words in the usual characters: NFKC, without Hebrew points, invisible marks and rare kinds of geresh.';

CREATE FUNCTION spaced_text(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN btrim(regexp_replace(
        translate(
            lower(CASE WHEN words ~ '[^ -~א-ת׳״‘’“”´]' THEN plain_text(words) ELSE words END),
            'ךםןףץ''"`´׳״‘’“”', 'כמנפצ'),
        '[^[:alnum:]%.]+', ' ', 'g'));
COMMENT ON FUNCTION spaced_text IS 'search_text of any words.';

-- Two names of three are words apart by one blank already: without this way a load inserted products more slowly.
CREATE OR REPLACE FUNCTION search_text(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN CASE
        WHEN words ~ '^[0-9A-Za-zא-ת%.][0-9A-Za-zא-ת%.''"]*(?: [0-9A-Za-zא-ת%.][0-9A-Za-zא-ת%.''"]*)*$'
        THEN translate(lower(words), 'ךםןףץ''"', 'כמנפצ')
        ELSE spaced_text(words)
    END;
COMMENT ON FUNCTION search_text IS 'Spelling used to search: lower case, no points, geresh or gershayim, final letters as others, words apart by one blank.';

UPDATE product
SET search_name = search_text(concat_ws(' ', product.name, word.spellings, product.manufacturer))
FROM (
    SELECT product_key, string_agg(DISTINCT name, ' ' ORDER BY name) AS spellings
    FROM product_in_chain
    GROUP BY product_key
    HAVING bool_or(concat_ws(' ', name, manufacturer) ~ '[^ -~א-ת׳״‘’“”´]')
) AS word
WHERE word.product_key = product.product_key;

CREATE TABLE manufacturer_spelling (
    name         text PRIMARY KEY,
    search_name  text NOT NULL
);
CREATE INDEX manufacturer_spelling_search_name ON manufacturer_spelling (search_name);
COMMENT ON TABLE manufacturer_spelling IS 'Manufacturers as chains name or named them; publish adds new ones. An index of products by search_text would cost each load 6 % more.';
COMMENT ON COLUMN manufacturer_spelling.name IS 'As in product.manufacturer, in the same collation: its index finds them.';
COMMENT ON COLUMN manufacturer_spelling.search_name IS 'search_text of the name: those with one are found as one.';
INSERT INTO manufacturer_spelling
SELECT DISTINCT manufacturer, search_text(manufacturer)
FROM product
WHERE manufacturer IS NOT NULL;
GRANT SELECT ON manufacturer_spelling TO superzol_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON manufacturer_spelling TO superzol_loader;
