-- Departments, each followed by its categories, by category_id.
-- $1 department_id: text, null for all
-- $2 after_category_id: text
-- $3 limit: int
-- Budget: 10 shared buffers
SELECT
    category.category_id,
    category.department_id,
    category.name_he,
    category.name_en,
    category.coicop,
    category.products AS product_count
FROM category
WHERE
    ($1::text IS NULL OR category.department_id = $1)
    AND category.category_id > $2
ORDER BY category.category_id
LIMIT $3
