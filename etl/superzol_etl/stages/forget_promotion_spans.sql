-- Removes who told promotions in versions that are no longer kept.
-- $1 first version kept: int4
DELETE FROM promotion_span
WHERE valid_to < $1
