-- Removes categories that no rule file names any more; no product is left in them.
-- $1 category_ids: text[], those that stay
DELETE FROM category
WHERE category_id <> ALL ($1)
