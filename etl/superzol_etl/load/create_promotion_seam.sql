-- Holds what stores told at the end of the versions beside, and from which later one on it goes on in what is known, or in
-- which it ends; neither where it stands still. One per session.
CREATE TEMP TABLE IF NOT EXISTS promotion_seam (
    promotion_key  int4 NOT NULL,
    store_key      int2 NOT NULL,
    since          int2 NOT NULL,
    goes_on_from   int2,
    ends_in        int2
) ON COMMIT DELETE ROWS
