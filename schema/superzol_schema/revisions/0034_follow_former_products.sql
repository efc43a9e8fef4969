-- Lists of what stores asked as of a time name each product once, by the identifier it has now.

CREATE VIEW former_product AS
    SELECT
        old.product_key AS former_key,
        current.product_key,
        -- One of the two identifiers is the chain's own.
        split_part(CASE WHEN alias.old_id LIKE '%:%' THEN alias.old_id ELSE alias.new_id END, ':', 1) AS chain_id
    FROM product_alias AS alias
    JOIN product AS old ON old.product_id = alias.old_id
    JOIN product AS current ON current.product_id = alias.new_id;
COMMENT ON VIEW former_product IS 'Products that are offered under another identifier now, and which; history stays under the one that had it.';
COMMENT ON COLUMN former_product.former_key IS 'What it was before.';
COMMENT ON COLUMN former_product.product_key IS 'What it is now.';
COMMENT ON COLUMN former_product.chain_id IS 'The chain that writes its code otherwise now.';
GRANT SELECT ON former_product TO superzol_reader;

CREATE FUNCTION is_told(told_product int4, told_chain int2, told_store int2, told_version int4) RETURNS bool
    LANGUAGE sql STABLE PARALLEL SAFE STRICT
    RETURN EXISTS (
        SELECT
        FROM offer
        WHERE offer.product_key = told_product
            AND offer.chain_key = told_chain
            AND offer.store_key = told_store
            AND offer.since <= told_version
    ) OR EXISTS (
        SELECT
        FROM price_span AS span
        WHERE span.product_key = told_product
            AND span.store_key = told_store
            AND span.valid_from <= told_version
            AND span.valid_to > told_version
    );
COMMENT ON FUNCTION is_told IS 'Whether a store sold a product in a version; null where any of them is null.';
