-- Takes over what was seen of stores beside, where nothing is known.
INSERT INTO store_sighting
SELECT beside.*
FROM pg_temp.store_sighting AS beside
ON CONFLICT DO NOTHING
