-- Summaries leave out stores unseen for 14 days, as answers do.

COMMENT ON TABLE product_stat IS 'Price summary of a product over the stores seen in the last 14 days; rebuilt by publish from offer_pack.';
COMMENT ON COLUMN product_stat.stores IS 'Number of these stores that offer it; 0 when all that do are unseen.';
COMMENT ON COLUMN product_stat.chains IS 'Number of chains of these stores.';
