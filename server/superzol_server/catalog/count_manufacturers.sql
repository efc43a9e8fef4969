-- Number of manufacturers that list_manufacturers would list.
-- Budget: 200 shared buffers
SELECT count(DISTINCT product.manufacturer) AS total_size
FROM product
WHERE product.manufacturer > ''
LIMIT 1
