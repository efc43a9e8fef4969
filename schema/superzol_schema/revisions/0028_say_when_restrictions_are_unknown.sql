-- A limit that is there and is no number, or clubs that name none, count as little as an absent limit that may repeat.

COMMENT ON COLUMN promotion.restrictions_known IS 'False where the file cannot tell an absent limit from one that repeats, or a limit cannot be read.';
