-- Identifiers that products had before: a chain's internal code that became a GTIN, or the reverse.

CREATE TABLE product_alias (
    old_id   text PRIMARY KEY COLLATE "C",
    new_id   text NOT NULL COLLATE "C",
    version  int2 NOT NULL
);
COMMENT ON TABLE product_alias IS 'Products that are offered under another identifier now, as their chain writes their code otherwise.';
COMMENT ON COLUMN product_alias.old_id IS 'product_id under which nobody offers anything any more.';
COMMENT ON COLUMN product_alias.new_id IS 'product_id of the same number, now a GTIN or within its chain.';
COMMENT ON COLUMN product_alias.version IS 'Dataset version that brought the change.';
GRANT SELECT ON product_alias TO superzol_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON product_alias TO superzol_loader;
