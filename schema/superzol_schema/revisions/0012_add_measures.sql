-- How much of a good its price buys, so that prices compare across packages and chains.

ALTER TABLE product
    ADD COLUMN net_quantity  int4,
    ADD COLUMN net_unit      int2,
    ADD COLUMN pieces        int2;
COMMENT ON COLUMN product.name IS 'Name shown: what most chains call it, a cut name counting for the whole one; among equals the longest.';
COMMENT ON COLUMN product.manufacturer IS 'Manufacturer or importer as most chains write it; null when none names it.';
COMMENT ON COLUMN product.country IS 'Country of manufacture, ISO 3166-1 alpha-2, as most chains say; null when none names one that is known.';
COMMENT ON COLUMN product.net_quantity IS 'Thousandths of net_unit that one package holds, all its pieces together, a kilogram for weighted goods; null when not known.';
COMMENT ON COLUMN product.net_unit IS '1 gram, 2 millilitre, 3 piece, 4 metre; null when not known.';
COMMENT ON COLUMN product.pieces IS 'Pieces in a package of several, such as 6 bottles; null when not told.';

ALTER TABLE product_in_chain
    ADD COLUMN country_code  text,
    ADD COLUMN net_quantity  int4,
    ADD COLUMN net_unit      int2,
    ADD COLUMN pieces        int2;
COMMENT ON COLUMN product_in_chain.name IS 'ItemName; null when blank, a placeholder, a test or without letters.';
COMMENT ON COLUMN product_in_chain.country_code IS 'ISO 3166-1 alpha-2 code of the country meant; null when none is or it is not known.';
COMMENT ON COLUMN product_in_chain.net_quantity IS 'Thousandths of net_unit, as this chain''s words are understood; null when they do not tell.';
COMMENT ON COLUMN product_in_chain.net_unit IS 'As product.net_unit.';
COMMENT ON COLUMN product_in_chain.pieces IS 'As product.pieces.';
