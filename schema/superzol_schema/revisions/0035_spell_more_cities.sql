-- Spellings in which stores and callers write cities, and that named none so far.

INSERT INTO locality_spelling (key, code)
SELECT city_key(told.spelling), locality.code
FROM (VALUES
    ('שוהם', 'שהם'),
    ('ראשון לציון', 'ראשון לצ'),
    ('הרצליה', 'הרצליה פיתוח'),
    ('תל אביב-יפו', 'Tel Aviv-Jaffa'),
    ('באר שבע', 'Beersheba'),
    ('פתח תקווה', 'Petach Tikva'),
    ('עכו', 'Akko')
) AS told (name, spelling)
JOIN locality USING (name);

UPDATE store
SET city = locality.name,
    city_code = locality.code
FROM locality_spelling AS spelling
JOIN locality USING (code)
WHERE spelling.key = city_key(store.published_city)
  AND store.city_code IS NULL;
