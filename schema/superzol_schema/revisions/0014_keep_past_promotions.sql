-- What was promoted before: a promotion that no store tells any more stays, and so does who told it in which versions.

ALTER TABLE promotion ADD COLUMN ended_version int2;
COMMENT ON COLUMN promotion.ended_version IS 'Version in which the last store stopped telling it; null while it is told.';
CREATE INDEX promotion_ended ON promotion USING gin (product_keys) WHERE ended_version IS NOT NULL;

CREATE TABLE promotion_span (
    promotion_key  int4 NOT NULL,
    valid_to       int2 NOT NULL,
    store_keys     int2[] NOT NULL,
    valid_from     int2[] NOT NULL,
    PRIMARY KEY (promotion_key, valid_to)
);
COMMENT ON TABLE promotion_span IS 'Stores that told a promotion in versions valid_from <= v < valid_to; insert-only. Those that tell it still are in promotion.';
COMMENT ON COLUMN promotion_span.promotion_key IS 'The promotion.';
COMMENT ON COLUMN promotion_span.valid_to IS 'Version in which these stores stopped telling it.';
COMMENT ON COLUMN promotion_span.store_keys IS 'The stores, ascending.';
COMMENT ON COLUMN promotion_span.valid_from IS 'Version since which each of them told it.';

GRANT SELECT ON promotion_span TO superzol_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON promotion_span TO superzol_loader;
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        GRANT MAINTAIN ON promotion_span TO superzol_loader;
    END IF;
END $$;
