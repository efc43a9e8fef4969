-- Takes over what was seen beside of the promotion files of stores: all where no version has seen any since, the last full
-- file where none was full, and the first full one.
INSERT INTO promotion_sighting AS known
SELECT beside.*
FROM pg_temp.promotion_sighting AS beside
ON CONFLICT (store_key) DO UPDATE
SET full_at = coalesce(known.full_at, excluded.full_at),
    full_rows = CASE WHEN known.full_at IS NULL THEN excluded.full_rows ELSE known.full_rows END,
    first_full_version = coalesce(excluded.first_full_version, known.first_full_version)
WHERE excluded.first_full_version IS NOT NULL
