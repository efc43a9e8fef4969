-- How many chains a version has files of: so publish knows, in a process of its own, when all are done.

ALTER TABLE dataset_version ADD COLUMN chains int2 NOT NULL DEFAULT 0;
COMMENT ON COLUMN dataset_version.chains IS 'Chains with files in it; publish closes the version when each is loaded, held back or absent.';
