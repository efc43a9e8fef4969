-- Adds categories, and gives known ones their names, in one order for all loaders.
-- $1 category_ids: text[]
-- $2 department_ids: text[]
-- $3 names_he: text[]
-- $4 names_en: text[]
-- $5 coicops: text[], empty where no class fits
INSERT INTO category AS known (category_id, department_id, name_he, name_en, coicop)
SELECT told.category_id, told.department_id, told.name_he, told.name_en, nullif(told.coicop, '')
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    AS told (category_id, department_id, name_he, name_en, coicop)
ORDER BY told.category_id
ON CONFLICT (category_id) DO UPDATE
SET department_id = excluded.department_id,
    name_he = excluded.name_he,
    name_en = excluded.name_en,
    coicop = excluded.coicop
WHERE (known.department_id, known.name_he, known.name_en, known.coicop)
      IS DISTINCT FROM (excluded.department_id, excluded.name_he, excluded.name_en, excluded.coicop)
