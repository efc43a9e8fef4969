-- The surrogate of each category.
SELECT category_id, category_key
FROM category
