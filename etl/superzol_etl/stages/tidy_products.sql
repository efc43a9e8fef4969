-- Clears and counts products that loads added or publish named anew.
VACUUM (ANALYZE) product
