-- What kind of good a product is: departments, categories, and which rules decided.

CREATE TABLE category (
    category_key   int2 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    category_id    text NOT NULL UNIQUE COLLATE "C",
    department_id  text NOT NULL COLLATE "C",
    name_he        text NOT NULL,
    name_en        text NOT NULL,
    coicop         text,
    products       int4 NOT NULL DEFAULT 0
);
COMMENT ON TABLE category IS 'Departments and their categories, as the rule files of the ETL name them.';
COMMENT ON COLUMN category.category_key IS 'Surrogate, never leaves the database.';
COMMENT ON COLUMN category.category_id IS 'Identifier of the API, such as dairy.milk; a department is a row of its own: dairy.';
COMMENT ON COLUMN category.department_id IS 'The department it belongs to; its own category_id for a department.';
COMMENT ON COLUMN category.name_he IS 'Name in Hebrew.';
COMMENT ON COLUMN category.name_en IS 'Name in English.';
COMMENT ON COLUMN category.coicop IS 'COICOP 2018 class of most of its goods; null for departments and where no class fits.';
COMMENT ON COLUMN category.products IS 'Products in it, offered now or not; a department counts those of its categories. Counted by publish.';

ALTER TABLE product ADD COLUMN category_key int2;
CREATE INDEX product_category ON product (category_key, product_id);
COMMENT ON COLUMN product.category_key IS 'The category the rules found, never a department; null only between two revisions of the schema and a publish.';

CREATE TABLE category_rules (
    only_row       bool PRIMARY KEY DEFAULT true CHECK (only_row),
    digest         text NOT NULL,
    classified_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE category_rules IS 'The rules by which all products are classified; one row.';
COMMENT ON COLUMN category_rules.only_row IS 'True: keeps the table at one row.';
COMMENT ON COLUMN category_rules.digest IS 'Digest of the rule files; publish classifies all products again when it is another.';
COMMENT ON COLUMN category_rules.classified_at IS 'When that was done.';

GRANT SELECT ON category, category_rules TO superzol_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON category, category_rules TO superzol_loader;
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        GRANT MAINTAIN ON category, category_rules TO superzol_loader;
    END IF;
END $$;
