-- A good may be told after a promotion that names its code, which no file tells again where deltas alone come.
ALTER TABLE promotion
    ADD COLUMN unlinked_codes text[] NOT NULL DEFAULT '{}',
    ADD COLUMN unlinked_gift_codes text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN promotion.unlinked_codes IS 'Codes of items, as published, that were no known goods yet; each load of the chain looks again.';
COMMENT ON COLUMN promotion.unlinked_gift_codes IS 'The same of gifts.';
