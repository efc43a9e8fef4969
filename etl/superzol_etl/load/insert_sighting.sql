-- Records the price files of a store that this version applied.
-- $1 store_key: int2
-- $2 version: int2
-- $3 full_at: timestamptz
-- $4 full_file: text
-- $5 last_at: timestamptz
-- $6 last_file: text
-- $7 deltas: int2
-- $8 rows: int4
-- $9 partial: bool
INSERT INTO store_sighting
    (store_key, version, full_at, full_file, last_at, last_file, deltas, rows, partial)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
