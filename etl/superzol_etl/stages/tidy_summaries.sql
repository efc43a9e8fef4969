-- Clears and counts the summaries that publish wrote.
VACUUM (ANALYZE) product_stat
