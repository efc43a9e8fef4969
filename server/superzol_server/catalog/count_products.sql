-- Number of products that the statements of ListProducts would list.
-- $1 chain_id: text, that offers it now, null for all
-- $2 manufacturer: text, null for all
-- $3 weighted: bool, null for both
-- $4 category_id: text, of a category or a department, null for all
-- Budget: 1100 shared buffers
SELECT count(*) AS total_size
FROM product
WHERE
    ($1::text IS NULL OR product.product_key IN (
        SELECT pack.product_key
        FROM offer_pack AS pack
        JOIN chain ON chain.chain_key = pack.chain_key AND chain.chain_id = $1
        JOIN dataset ON dataset.dataset_key = chain.dataset_key AND dataset.deleted_at IS NULL
    ))
    AND ($2::text IS NULL OR product.manufacturer = ANY (ARRAY(
        SELECT spelling.name
        FROM manufacturer_spelling AS spelling
        WHERE spelling.search_name = search_text($2)
    )))
    AND ($3::bool IS NULL OR product.weighted = $3)
    -- The same good under the identifier it had before.
    AND product.product_id NOT IN (SELECT old_id FROM product_alias)
    AND ($4::text IS NULL OR product.category_key = ANY (ARRAY(
        SELECT shelf.category_key
        FROM category AS shelf
        WHERE $4 IN (shelf.category_id, shelf.department_id)
    )))
LIMIT 1
