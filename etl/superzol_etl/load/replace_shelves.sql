-- Replaces shelves by those in shelf_change, adds new ones and removes those emptied.
MERGE INTO shelf_pack AS shelf
USING shelf_change AS change
ON shelf.store_key = change.store_key AND shelf.category_key = change.category_key
WHEN MATCHED AND cardinality(change.entries) = 0 THEN
    DELETE
WHEN MATCHED THEN
    UPDATE SET entries = change.entries
WHEN NOT MATCHED AND cardinality(change.entries) > 0 THEN
    INSERT (store_key, category_key, entries)
    VALUES (change.store_key, change.category_key, change.entries)
