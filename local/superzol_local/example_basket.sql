-- The best-spread products and the city, or else the two chains, with most stores to compare them in.
-- $1 products: int4
-- Budget: 20000 shared buffers
WITH widespread AS (
    SELECT product.product_id
    FROM product_stat
    JOIN product USING (product_key)
    WHERE product.scope = 0
    ORDER BY product_stat.stores DESC, product.product_id
    LIMIT $1
),
cities AS (
    SELECT store.city
    FROM store
    WHERE store.city IS NOT NULL
      AND store.observed_at IS NOT NULL
    GROUP BY store.city
    HAVING count(DISTINCT store.chain_key) > 1
    ORDER BY count(*) DESC, store.city
    LIMIT 1
),
chains AS (
    SELECT chain.chain_id
    FROM chain
    JOIN store USING (chain_key)
    WHERE store.observed_at IS NOT NULL
    GROUP BY chain.chain_id
    ORDER BY sum(store.full_rows) DESC, chain.chain_id
    LIMIT 2
)
SELECT (SELECT array_agg(product_id) FROM widespread) AS product_ids,
       (SELECT city FROM cities) AS city,
       (SELECT array_agg(chain_id) FROM chains) AS chain_ids
ORDER BY product_ids
LIMIT 1;
