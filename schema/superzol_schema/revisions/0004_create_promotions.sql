-- What costs less, for whom and when: each promotion once per body, with the stores that tell it.

CREATE TABLE promotion (
    promotion_key       int4 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_key           int2 NOT NULL REFERENCES chain,
    promotion_id        text NOT NULL COLLATE "C",
    code                text NOT NULL COLLATE "C",
    part                int2 NOT NULL,
    body_hash           bytea NOT NULL,
    description         text NOT NULL,
    updated_at          timestamptz,
    starts_at           timestamptz,
    ends_at             timestamptz,
    reward              text NOT NULL CHECK (reward IN ('FixedPrice', 'PercentOff', 'AmountOff', 'NthItem', 'MultiBuy',
                                                        'Threshold', 'Gift', 'Unknown')),
    reward_code         text,
    reward_price        int4,
    reward_quantity     int4,
    reward_points       int4,
    reward_amount       int4,
    reward_spent        int4,
    reward_free         int4,
    reward_reason       text,
    weighted            bool NOT NULL,
    min_quantity        int4,
    max_quantity        int4,
    min_purchase        int4,
    clubs               text[] NOT NULL,
    coupon              bool NOT NULL,
    active              bool NOT NULL,
    whole_basket        bool NOT NULL,
    multiple_allowed    bool,
    restrictions_known  bool NOT NULL,
    items               int4 NOT NULL,
    product_keys        int4[] NOT NULL,
    gift_keys           int4[] NOT NULL,
    store_keys          int2[] NOT NULL,
    since               int2[] NOT NULL,
    raw                 jsonb NOT NULL,
    changed_version     int2 NOT NULL,
    UNIQUE (chain_key, body_hash)
);
ALTER TABLE promotion
    ALTER COLUMN product_keys SET STATISTICS 0,
    ALTER COLUMN gift_keys SET STATISTICS 0,
    ALTER COLUMN store_keys SET STATISTICS 0,
    ALTER COLUMN since SET STATISTICS 0,
    ALTER COLUMN raw SET STATISTICS 0;
CREATE INDEX promotion_chain ON promotion (chain_key, promotion_id, promotion_key);
COMMENT ON TABLE promotion IS 'One set of terms of a promotion, once however many stores tell it.';
COMMENT ON COLUMN promotion.promotion_key IS 'Surrogate, never leaves the database.';
COMMENT ON COLUMN promotion.chain_key IS 'The chain.';
COMMENT ON COLUMN promotion.promotion_id IS 'Identifier of the API: chain_id, a colon, code; shared by its parts and by its bodies in other stores.';
COMMENT ON COLUMN promotion.code IS 'The chain''s own number, without leading zeros.';
COMMENT ON COLUMN promotion.part IS 'Tells sets of terms of one promotion in one store apart, from 0.';
COMMENT ON COLUMN promotion.body_hash IS 'BLAKE2b of everything that was published but the store.';
COMMENT ON COLUMN promotion.description IS 'As published; empty when it was.';
COMMENT ON COLUMN promotion.updated_at IS 'When the chain last touched it, as it says; null when it does not.';
COMMENT ON COLUMN promotion.starts_at IS 'First instant; null when not told.';
COMMENT ON COLUMN promotion.ends_at IS 'Last instant; null when not told.';
COMMENT ON COLUMN promotion.reward IS 'What it gives; Unknown is what two readings fit.';
COMMENT ON COLUMN promotion.reward_code IS 'RewardType as published; chains use it loosely.';
COMMENT ON COLUMN promotion.reward_price IS 'FixedPrice, Gift: agorot for reward_quantity together, or for the gift.';
COMMENT ON COLUMN promotion.reward_quantity IS 'FixedPrice, Gift: thousandths. NthItem, MultiBuy: units.';
COMMENT ON COLUMN promotion.reward_points IS 'PercentOff, NthItem: 1/100 %.';
COMMENT ON COLUMN promotion.reward_amount IS 'AmountOff, Threshold: agorot off, once.';
COMMENT ON COLUMN promotion.reward_spent IS 'Threshold: agorot to spend on the items.';
COMMENT ON COLUMN promotion.reward_free IS 'MultiBuy: units of each reward_quantity that cost nothing.';
COMMENT ON COLUMN promotion.reward_reason IS 'Unknown: why.';
COMMENT ON COLUMN promotion.weighted IS 'Quantities are weights, prices are per kilogram.';
COMMENT ON COLUMN promotion.min_quantity IS 'Least quantity in thousandths of a unit or kilogram; null for none.';
COMMENT ON COLUMN promotion.max_quantity IS 'Most quantity in thousandths; null for none.';
COMMENT ON COLUMN promotion.min_purchase IS 'Agorot to spend on other goods; null for none.';
COMMENT ON COLUMN promotion.clubs IS 'The chain''s numbers of the clubs it is for; empty for everyone.';
COMMENT ON COLUMN promotion.coupon IS 'Only with a coupon.';
COMMENT ON COLUMN promotion.active IS 'The chain does not say that it is switched off.';
COMMENT ON COLUMN promotion.whole_basket IS 'On the total of the purchase.';
COMMENT ON COLUMN promotion.multiple_allowed IS 'May be combined with others; null when not told.';
COMMENT ON COLUMN promotion.restrictions_known IS 'False where the file cannot tell an absent limit from one that repeats.';
COMMENT ON COLUMN promotion.items IS 'Items published, also those that are no known product.';
COMMENT ON COLUMN promotion.product_keys IS 'Known products that are bought, ascending.';
COMMENT ON COLUMN promotion.gift_keys IS 'Known products that are given, ascending.';
COMMENT ON COLUMN promotion.store_keys IS 'Stores that tell it, ascending.';
COMMENT ON COLUMN promotion.since IS 'Dataset version since which each store tells it.';
COMMENT ON COLUMN promotion.raw IS 'The published fields but those that name the store.';
COMMENT ON COLUMN promotion.changed_version IS 'Dataset version that last changed the row.';

CREATE TABLE promotion_of_product (
    product_key     int4 NOT NULL,
    chain_key       int2 NOT NULL,
    promotion_keys  int4[] NOT NULL,
    PRIMARY KEY (product_key, chain_key)
);
COMMENT ON TABLE promotion_of_product IS 'The promotions in which a product is bought, by chain: promotion turned round.';
COMMENT ON COLUMN promotion_of_product.product_key IS 'The product.';
COMMENT ON COLUMN promotion_of_product.chain_key IS 'The chain.';
COMMENT ON COLUMN promotion_of_product.promotion_keys IS 'Its promotions, ascending.';

CREATE TABLE promotion_sighting (
    store_key         int2 PRIMARY KEY REFERENCES store,
    full_at           timestamptz,
    observed_at       timestamptz NOT NULL,
    observed_file     text NOT NULL,
    observed_version  int2 NOT NULL
);
COMMENT ON TABLE promotion_sighting IS 'The newest promotion files applied of each store.';
COMMENT ON COLUMN promotion_sighting.store_key IS 'The store.';
COMMENT ON COLUMN promotion_sighting.full_at IS 'Timestamp of the last full file; null before the first.';
COMMENT ON COLUMN promotion_sighting.observed_at IS 'Timestamp of the newest file.';
COMMENT ON COLUMN promotion_sighting.observed_file IS 'Name of the newest file.';
COMMENT ON COLUMN promotion_sighting.observed_version IS 'Dataset version that brought it.';

GRANT SELECT ON promotion, promotion_of_product, promotion_sighting TO superzol_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON promotion, promotion_of_product, promotion_sighting TO superzol_loader;
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        GRANT MAINTAIN ON promotion, promotion_of_product, promotion_sighting TO superzol_loader;
    END IF;
END $$;
