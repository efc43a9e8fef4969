-- The digest of the rules by which all products are classified.
SELECT digest
FROM category_rules
