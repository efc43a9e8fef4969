-- Notes the rules by which the first products will be classified.
-- $1 digest: text
INSERT INTO category_rules (digest)
SELECT $1
WHERE NOT EXISTS (SELECT FROM product)
ON CONFLICT DO NOTHING
