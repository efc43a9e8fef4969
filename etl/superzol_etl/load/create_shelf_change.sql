-- Holds the shelves that replace others until they are merged; an empty one empties its shelf.
CREATE TEMP TABLE IF NOT EXISTS shelf_change (
    store_key     int2 NOT NULL,
    category_key  int2 NOT NULL,
    entries       int8[] NOT NULL
) ON COMMIT DELETE ROWS
