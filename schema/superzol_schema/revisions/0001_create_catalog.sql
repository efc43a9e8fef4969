-- What is sold, by whom and where: datasets, chains, stores, products.
-- *_key columns are surrogates that never leave the database; *_id columns are the identifiers of the API.

CREATE TABLE dataset (
    dataset_key  int2 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset_id   text NOT NULL UNIQUE,
    name         text NOT NULL UNIQUE,
    description  text NOT NULL DEFAULT '',
    source_url   text NOT NULL DEFAULT '',
    owner        text NOT NULL DEFAULT '',
    generation   int8 NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    deleted_at   timestamptz
);
COMMENT ON TABLE dataset IS 'A source of daily snapshots; each chain belongs to one dataset.';
COMMENT ON COLUMN dataset.dataset_key IS 'Surrogate, never leaves the database.';
COMMENT ON COLUMN dataset.dataset_id IS 'Identifier of the API, such as israeli-supermarkets.';
COMMENT ON COLUMN dataset.name IS 'Name for people, unique.';
COMMENT ON COLUMN dataset.description IS 'What the dataset holds, for people.';
COMMENT ON COLUMN dataset.source_url IS 'Where the snapshots come from; empty when unknown.';
COMMENT ON COLUMN dataset.owner IS 'Who may load it; empty when nobody claimed it.';
COMMENT ON COLUMN dataset.generation IS 'Counts publications in commit order: the row lock of its update orders the commits.';
COMMENT ON COLUMN dataset.created_at IS 'When the dataset was first seen.';
COMMENT ON COLUMN dataset.updated_at IS 'When a loader or an editor last changed it.';
COMMENT ON COLUMN dataset.deleted_at IS 'When it was soft-deleted; null while it lives.';

CREATE TABLE chain (
    chain_key    int2 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dataset_key  int2 NOT NULL REFERENCES dataset,
    chain_id     text NOT NULL UNIQUE COLLATE "C",
    name         text NOT NULL,
    retired      bool NOT NULL DEFAULT false
);
COMMENT ON TABLE chain IS 'A supermarket chain.';
COMMENT ON COLUMN chain.chain_key IS 'Surrogate; 0 is never given out, it is the scope of GTINs in product.';
COMMENT ON COLUMN chain.dataset_key IS 'The dataset that brings this chain.';
COMMENT ON COLUMN chain.chain_id IS 'Identifier of the API: the slug of the file names without _new_source.';
COMMENT ON COLUMN chain.name IS 'Name as the chain publishes it, or its chain_id.';
COMMENT ON COLUMN chain.retired IS 'The chain is no longer collected.';

CREATE TABLE chain_alias (
    alias      text PRIMARY KEY COLLATE "C",
    chain_key  int2 NOT NULL REFERENCES chain
);
COMMENT ON TABLE chain_alias IS 'Other slugs under which files of a chain were seen.';
COMMENT ON COLUMN chain_alias.alias IS 'Slug as written in the file name, such as victory_new_source.';
COMMENT ON COLUMN chain_alias.chain_key IS 'The chain meant.';

CREATE TABLE store (
    store_key         int2 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    chain_key         int2 NOT NULL REFERENCES chain,
    store_id          text NOT NULL UNIQUE COLLATE "C",
    code              text NOT NULL,
    legal_id          text,
    name              text,
    kind              int2 NOT NULL DEFAULT 0,
    sub_chain         text,
    address           text,
    city              text,
    city_code         text,
    zip_code          text,
    described_at      timestamptz,
    full_at           timestamptz,
    full_rows         int4,
    observed_at       timestamptz,
    observed_version  int2,
    observed_file     text,
    UNIQUE (chain_key, code)
);
COMMENT ON TABLE store IS 'A branch of a chain, physical or online.';
COMMENT ON COLUMN store.store_key IS 'Surrogate; at most 32,767 stores.';
COMMENT ON COLUMN store.chain_key IS 'The chain it belongs to.';
COMMENT ON COLUMN store.store_id IS 'Identifier of the API: chain_id, a colon, code.';
COMMENT ON COLUMN store.code IS 'The chain''s own number of the store, without leading zeros.';
COMMENT ON COLUMN store.legal_id IS 'The ChainId it publishes under (a chain may have several); null when never seen.';
COMMENT ON COLUMN store.name IS 'Name as published; null when the store file never named it.';
COMMENT ON COLUMN store.kind IS 'StoreType as published: 0 unknown, 1 physical, 2 online, 3 both.';
COMMENT ON COLUMN store.sub_chain IS 'Sub-chain (brand) as published.';
COMMENT ON COLUMN store.address IS 'Street address, or the site of an online store.';
COMMENT ON COLUMN store.city IS 'City name as published; null when unknown or published as a code.';
COMMENT ON COLUMN store.city_code IS 'CBS locality code where the chain publishes the city as a number.';
COMMENT ON COLUMN store.zip_code IS 'Postal code as published.';
COMMENT ON COLUMN store.described_at IS 'Timestamp of the Stores file the description comes from.';
COMMENT ON COLUMN store.full_at IS 'Timestamp of the last good full price file.';
COMMENT ON COLUMN store.full_rows IS 'Rows of the last good full price file: the 70 % guard compares with it.';
COMMENT ON COLUMN store.observed_at IS 'Timestamp of the newest price file applied: the observed time of all its prices.';
COMMENT ON COLUMN store.observed_version IS 'Dataset version that brought the newest price file.';
COMMENT ON COLUMN store.observed_file IS 'Name of the newest price file.';

CREATE TABLE product (
    product_key   int4 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope         int2 NOT NULL,
    code          text NOT NULL COLLATE "C",
    product_id    text NOT NULL UNIQUE COLLATE "C",
    name          text NOT NULL,
    search_name   text NOT NULL DEFAULT '',
    manufacturer  text,
    country       text,
    weighted      bool NOT NULL DEFAULT false,
    UNIQUE (code, scope)
);
CREATE INDEX product_manufacturer ON product (manufacturer, product_id) WHERE manufacturer IS NOT NULL;
CREATE INDEX product_search_name ON product USING gin (search_name gin_trgm_ops);
COMMENT ON TABLE product IS 'One good: a GTIN everywhere, or an internal code within one chain.';
COMMENT ON COLUMN product.product_key IS 'Surrogate, never leaves the database.';
COMMENT ON COLUMN product.scope IS '0 for a GTIN, else the chain_key whose internal code it is.';
COMMENT ON COLUMN product.code IS 'GTIN or internal code, without leading zeros.';
COMMENT ON COLUMN product.product_id IS 'Identifier of the API: the GTIN, or chain_id, a colon, code.';
COMMENT ON COLUMN product.name IS 'Name shown: the longest informative spelling over the chains.';
COMMENT ON COLUMN product.search_name IS 'search_text of all spellings and the manufacturer, the name shown first.';
COMMENT ON COLUMN product.manufacturer IS 'Manufacturer or importer; null when no chain names it.';
COMMENT ON COLUMN product.country IS 'Country of manufacture as published; null when no chain names it.';
COMMENT ON COLUMN product.weighted IS 'Sold by weight: most chains say so.';

CREATE TABLE product_in_chain (
    product_key      int4 NOT NULL,
    chain_key        int2 NOT NULL,
    name             text,
    manufacturer     text,
    country          text,
    quantity         text,
    unit_of_quantity text,
    unit_of_measure  text,
    weighted         bool NOT NULL DEFAULT false,
    changed_version  int2 NOT NULL,
    PRIMARY KEY (product_key, chain_key)
);
CREATE INDEX product_in_chain_changed ON product_in_chain (chain_key, changed_version);
COMMENT ON TABLE product_in_chain IS 'Each chain''s own words about a product, as published.';
COMMENT ON COLUMN product_in_chain.product_key IS 'The product.';
COMMENT ON COLUMN product_in_chain.chain_key IS 'The chain speaking.';
COMMENT ON COLUMN product_in_chain.name IS 'ItemName; null when blank or a placeholder.';
COMMENT ON COLUMN product_in_chain.manufacturer IS 'ManufacturerName; null when blank or a placeholder.';
COMMENT ON COLUMN product_in_chain.country IS 'ManufactureCountry; null when blank or a placeholder.';
COMMENT ON COLUMN product_in_chain.quantity IS 'Quantity as published.';
COMMENT ON COLUMN product_in_chain.unit_of_quantity IS 'UnitQty: the name of the quantity''s unit, as published.';
COMMENT ON COLUMN product_in_chain.unit_of_measure IS 'UnitOfMeasure: base of the published unit price, as published.';
COMMENT ON COLUMN product_in_chain.weighted IS 'bIsWeighted.';
COMMENT ON COLUMN product_in_chain.changed_version IS 'Dataset version that last changed this row.';

CREATE TABLE product_stat (
    product_key      int4 PRIMARY KEY,
    price_min        int4,
    price_avg        int4,
    price_max        int4,
    stores           int4 NOT NULL,
    chains           int2 NOT NULL,
    changed_version  int2 NOT NULL
);
CREATE INDEX product_stat_stores ON product_stat (stores DESC, product_key);
COMMENT ON TABLE product_stat IS 'Price summary of a product over all stores; rebuilt by publish from offer_pack.';
COMMENT ON COLUMN product_stat.product_key IS 'The product.';
COMMENT ON COLUMN product_stat.price_min IS 'Lowest price in agorot; zero prices are left out; null when all are zero.';
COMMENT ON COLUMN product_stat.price_avg IS 'Mean price in agorot over stores, rounded half up; zero prices are left out.';
COMMENT ON COLUMN product_stat.price_max IS 'Highest price in agorot.';
COMMENT ON COLUMN product_stat.stores IS 'Number of stores that offer it.';
COMMENT ON COLUMN product_stat.chains IS 'Number of chains that offer it.';
COMMENT ON COLUMN product_stat.changed_version IS 'Dataset version of the last change of an offer.';

CREATE FUNCTION search_text(words text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN btrim(regexp_replace(
        translate(lower(words), 'ךםןףץ''"`´׳״‘’“”', 'כמנפצ'),
        '[^[:alnum:]%.]+', ' ', 'g'));
COMMENT ON FUNCTION search_text IS 'Spelling used to search: lower case, no geresh or gershayim, final letters as others, words apart by one blank.';
