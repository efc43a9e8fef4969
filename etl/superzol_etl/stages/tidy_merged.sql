-- Clears and counts what publish wrote.
VACUUM (ANALYZE) product, product_stat
