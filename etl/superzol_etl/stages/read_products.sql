-- What all products are called and what they are taken for.
SELECT product_key, name, manufacturer, category_key
FROM product
