-- Whether a category or a department is known.
-- $1 category_id: text
-- Budget: 10 shared buffers
SELECT category.category_id
FROM category
WHERE category.category_id = $1
LIMIT 1
