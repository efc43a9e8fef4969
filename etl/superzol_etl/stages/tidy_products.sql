-- Clears and counts products that loads added or publish named anew.
-- Not cut shorter: that waits for all who read it, and keeps them out.
VACUUM (ANALYZE, TRUNCATE false) product
