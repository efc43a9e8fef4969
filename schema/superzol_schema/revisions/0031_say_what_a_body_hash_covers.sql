-- A body that is read otherwise than before, by a later release, is stored anew: its hash covers what was read, too.

COMMENT ON COLUMN promotion.body_hash IS 'BLAKE2b of all that was published but the store, and of how its terms, limits, clubs and flags are read.';
