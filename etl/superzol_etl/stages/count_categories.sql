-- Counts the products of each category, and of each department those of its categories.
WITH counted AS (
    SELECT category_key, count(*) AS products
    FROM product
    GROUP BY category_key
    UNION ALL
    -- The same goods under the identifiers they had before, which no list has.
    SELECT product.category_key, -count(*)
    FROM product_alias AS alias
    JOIN product ON product.product_id = alias.old_id
    GROUP BY product.category_key
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
