-- Notes which products go on under another identifier: this chain offered the number as a GTIN or as its own code,
-- offers it as the other now, and nobody offers the first. A product that is offered again is itself again.
-- $1 chain_key: int2
-- $2 version: int2
-- $3 product_keys: int4[], that the chain began or ceased to offer
WITH told AS (
    SELECT DISTINCT code
    FROM product
    WHERE product_key = ANY ($3)
), twin AS MATERIALIZED (
    SELECT product.code, product.scope, product.product_key, product.product_id,
           EXISTS (SELECT FROM offer_pack AS pack WHERE pack.product_key = product.product_key) AS is_offered
    FROM told
    JOIN product USING (code)
    WHERE product.scope IN (0, $1)
), restored AS (
    DELETE FROM product_alias
    USING twin
    WHERE product_alias.old_id = twin.product_id
      AND twin.is_offered
)
INSERT INTO product_alias AS known (old_id, new_id, version)
SELECT old.product_id, new.product_id, $2
FROM twin AS old
JOIN twin AS new ON new.code = old.code AND new.product_key <> old.product_key
JOIN offer_pack AS pack ON pack.product_key = new.product_key AND pack.chain_key = $1
JOIN product_in_chain AS words ON words.product_key = old.product_key AND words.chain_key = $1
WHERE NOT old.is_offered
  -- A GTIN that another chain has named is no chain's own good.
  AND NOT EXISTS (
      SELECT FROM product_in_chain AS others
      WHERE others.product_key = old.product_key
        AND others.chain_key <> $1
  )
ON CONFLICT (old_id) DO UPDATE
SET new_id = excluded.new_id,
    version = excluded.version
WHERE known.new_id <> excluded.new_id
