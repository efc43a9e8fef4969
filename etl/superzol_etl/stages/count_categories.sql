-- Counts the products of each category, and of each department those of its categories.
WITH counted AS (
    SELECT category_key, count(*) AS products
    FROM product
    GROUP BY category_key
), summed AS (
    SELECT shelf.category_id, sum(counted.products) AS products
    FROM counted
    JOIN category USING (category_key)
    CROSS JOIN LATERAL (VALUES (category.category_id), (category.department_id)) AS shelf (category_id)
    GROUP BY shelf.category_id
)
UPDATE category
SET products = coalesce(summed.products, 0)
FROM category AS known
LEFT JOIN summed USING (category_id)
WHERE category.category_key = known.category_key
  AND category.products <> coalesce(summed.products, 0)
