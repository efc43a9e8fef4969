-- Ends promotions that no store tells any more; they stay for questions about the past.
-- $1 promotion_keys: int4[]
-- $2 version: int2
UPDATE promotion
SET store_keys = '{}',
    since = '{}',
    ended_version = $2,
    changed_version = $2
WHERE promotion_key = ANY ($1)
