-- Takes over the descriptions of a Stores file; what it leaves blank stays as it was, and so does what is newer.
-- $1 chain_key: int2
UPDATE store
SET legal_id = coalesce(told.legal_id, store.legal_id),
    name = coalesce(told.name, store.name),
    kind = coalesce(nullif(told.kind, 0), store.kind),
    sub_chain = coalesce(told.sub_chain, store.sub_chain),
    address = coalesce(told.address, store.address),
    city = CASE WHEN told.city IS NULL AND told.city_code IS NULL THEN store.city ELSE told.city END,
    city_code = CASE WHEN told.city IS NULL AND told.city_code IS NULL THEN store.city_code ELSE told.city_code END,
    zip_code = coalesce(told.zip_code, store.zip_code),
    described_at = told.published_at
FROM store_told AS told
WHERE store.chain_key = $1
  AND store.code = told.code
  AND (store.described_at IS NULL OR store.described_at <= told.published_at)
