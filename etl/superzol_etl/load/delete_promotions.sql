-- Removes promotions that no store tells any more.
-- $1 promotion_keys: int4[]
DELETE FROM promotion
WHERE promotion_key = ANY ($1)
