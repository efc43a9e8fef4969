-- The guard counts promotions, as FLAT has a row for each item, and forgets a measure after 14 days.

COMMENT ON COLUMN promotion_sighting.full_rows IS 'Promotions in the last good full promotion file: for 14 days the 70 % guard compares with it.';
COMMENT ON COLUMN store.full_rows IS 'Rows of the last good full price file: for 14 days the 70 % guard compares with it.';
