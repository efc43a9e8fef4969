-- What a chain offers in a version, in one value that two installations can compare.

ALTER TABLE chain_version ADD COLUMN content_digest text NOT NULL DEFAULT '';
COMMENT ON COLUMN chain_version.digest IS 'Digest of its files'' names and contents: what came in.';
COMMENT ON COLUMN chain_version.content_digest IS 'Digest of its offers after the version (store code, product_id, price, flags), whatever their order: what is served; empty unless it is loaded or absent with files.';
COMMENT ON COLUMN dataset_version.digest IS 'Digest of the names and contents of its files: what came in. A repeat is recognised by it.';
