-- Removes the summaries of products that nobody offers any more.
DELETE FROM product_stat
WHERE NOT EXISTS (
    SELECT FROM offer_pack
    WHERE offer_pack.product_key = product_stat.product_key
)
