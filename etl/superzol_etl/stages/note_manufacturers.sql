-- Notes how manufacturers are searched that chains name for the first time.
-- $1 closed version: int2; words are looked at that a later version changed
INSERT INTO manufacturer_spelling (name, search_name)
SELECT new.name, search_text(new.name)
FROM (
    SELECT DISTINCT words.manufacturer AS name
    FROM product_in_chain AS words
    WHERE words.changed_version > $1
      AND words.manufacturer IS NOT NULL
      AND NOT EXISTS (SELECT FROM manufacturer_spelling AS known WHERE known.name = words.manufacturer)
) AS new
ON CONFLICT DO NOTHING
