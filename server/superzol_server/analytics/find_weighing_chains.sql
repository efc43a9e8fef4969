-- Chains with words for products of a basket, and whether they sell them by weight; by product and chain.
-- $1 product_ids: text[], also such as products had before
-- $2 chain_ids: text[], null for all
-- Budget: 1500 shared buffers
SELECT
    asked.product_id,
    chain.chain_id,
    bool_or(word.weighted) AS weighted
FROM asked_product AS asked
JOIN product_in_chain AS word ON word.product_key = ANY (asked.product_keys)
JOIN chain ON chain.chain_key = word.chain_key
WHERE asked.asked_id = ANY ($1::text[])
    AND coalesce(chain.chain_id = ANY ($2::text[]), true)
GROUP BY
    asked.product_id,
    chain.chain_id
ORDER BY
    asked.product_id,
    chain.chain_id
