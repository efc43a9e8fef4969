-- A load asks which packs its files say nothing new of, and reads only the arrays of the others.

ALTER TABLE offer_pack ADD COLUMN content_hash int8;
ALTER TABLE offer_pack ALTER COLUMN content_hash SET STATISTICS 0;
COMMENT ON COLUMN offer_pack.content_hash IS 'Hash of store_keys, prices, flags and changed_version, as the load makes it; null, or one that does not fit, where nobody made it: such a pack is read whole.';
