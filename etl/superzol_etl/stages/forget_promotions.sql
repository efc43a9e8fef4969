-- Removes promotions that ended before the versions that are kept; their spans are gone with those versions.
-- $1 first version kept: int4
DELETE FROM promotion
WHERE ended_version < $1
