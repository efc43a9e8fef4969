-- Short forms of cities in everyday writing, that named none so far.

INSERT INTO locality_spelling (key, code)
SELECT city_key(told.spelling), locality.code
FROM (VALUES
    ('כפר סבא', 'כפ"ס'),
    ('הוד השרון', 'הוה"ש'),
    ('ראש העין', 'רה"ע')
) AS told (name, spelling)
JOIN locality USING (name);

UPDATE store
SET city = locality.name,
    city_code = locality.code
FROM locality_spelling AS spelling
JOIN locality USING (code)
WHERE spelling.key = city_key(store.published_city)
  AND store.city_code IS NULL;
