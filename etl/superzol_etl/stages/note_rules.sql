-- Notes the rules by which all products are classified now.
-- $1 digest: text
INSERT INTO category_rules (digest)
VALUES ($1)
ON CONFLICT (only_row) DO UPDATE
SET digest = excluded.digest,
    classified_at = now()
