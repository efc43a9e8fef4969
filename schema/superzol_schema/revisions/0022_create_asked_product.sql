-- Products by every identifier that they have or had.

CREATE INDEX product_alias_new ON product_alias (new_id);

CREATE VIEW asked_product AS
    SELECT
        named.product_id AS asked_id,
        coalesce(current.product_key, named.product_key) AS product_key,
        coalesce(current.product_id, named.product_id) AS product_id,
        coalesce(current.product_key, named.product_key) || ARRAY(
            SELECT former.product_key
            FROM product_alias AS gone
            JOIN product AS former ON former.product_id = gone.old_id
            WHERE gone.new_id = coalesce(current.product_id, named.product_id)
        ) AS product_keys
    FROM product AS named
    LEFT JOIN product_alias AS known ON known.old_id = named.product_id
    LEFT JOIN product AS current ON current.product_id = known.new_id;
COMMENT ON VIEW asked_product IS 'The product that each identifier names: itself, or the one that goes on under another identifier.';
COMMENT ON COLUMN asked_product.asked_id IS 'product_id as asked for, also one that the product had before.';
COMMENT ON COLUMN asked_product.product_key IS 'The product that is meant.';
COMMENT ON COLUMN asked_product.product_id IS 'Its identifier now.';
COMMENT ON COLUMN asked_product.product_keys IS 'It and, after it, what it was before: history stays under the identifier that had it.';
GRANT SELECT ON asked_product TO superzol_reader;
