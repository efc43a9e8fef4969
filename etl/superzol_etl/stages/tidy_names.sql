-- Clears and counts products that publish named anew.
VACUUM (ANALYZE) product
