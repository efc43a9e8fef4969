-- Nobody described a dataset; where it comes from is told by what was fetched.

ALTER TABLE dataset DROP COLUMN description;
COMMENT ON COLUMN dataset.source_url IS 'Where the newest snapshot that was fetched came from; empty while all came from folders.';
