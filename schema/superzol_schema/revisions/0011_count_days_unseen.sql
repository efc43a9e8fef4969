-- How long stores have not been seen: after 14 days they are left out of answers, after 60 their offers close.

ALTER TABLE store
    ADD COLUMN unseen_days int2 NOT NULL DEFAULT 0,
    ADD COLUMN closed_version int2;
COMMENT ON COLUMN store.unseen_days IS 'Days from the version that last saw it to the newest one, counted between dataset_version.day, by publish; 0 from the next price file on.';
COMMENT ON COLUMN store.closed_version IS 'Dataset version that closed its offers, as it was unseen for 60 days; null until then, and from the next price file on.';
COMMENT ON COLUMN dataset_version.day IS 'Israeli calendar day of most of its chains'' newest files; null until publish begins to close the version.';
COMMENT ON COLUMN chain_version.content_digest IS 'Digest of its offers after its load (store code, product_id, price, flags), whatever their order; what publish then closes of unseen stores is still in it. Empty unless it is loaded or absent with files.';
