-- Number of departments and categories that list_categories would list.
-- $1 department_id: text, null for all
-- Budget: 10 shared buffers
SELECT count(*) AS total_size
FROM category
WHERE ($1::text IS NULL OR category.department_id = $1)
LIMIT 1
