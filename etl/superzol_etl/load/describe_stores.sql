-- Takes over the descriptions of a Stores file; what it leaves blank stays as it was, and so does what is newer.
-- Whose a store is, its prices say: a Stores file only until there are some. A city is known by its code, else by its spelling.
-- $1 chain_key: int2
WITH placed AS (
    SELECT told.*,
           coalesce(told.city, told.city_code) AS published_city,
           coalesce(locality_spelling.code, nullif(ltrim(told.city_code, '0'), '')) AS locality_code,
           coalesce(coded.name, named.name, told.city) AS locality_name
    FROM store_told AS told
    LEFT JOIN locality AS coded ON coded.code = ltrim(told.city_code, '0')
    LEFT JOIN locality_spelling ON locality_spelling.key = city_key(told.city)
    LEFT JOIN locality AS named ON named.code = locality_spelling.code
)
UPDATE store
SET legal_id = coalesce(store.legal_id, told.legal_id),
    name = coalesce(told.name, store.name),
    kind = coalesce(nullif(told.kind, 0), store.kind),
    sub_chain = coalesce(told.sub_chain, store.sub_chain),
    address = coalesce(told.address, store.address),
    online_url = CASE WHEN told.address IS NULL THEN store.online_url ELSE told.online_url END,
    published_city = coalesce(told.published_city, store.published_city),
    city = CASE WHEN told.published_city IS NULL THEN store.city ELSE told.locality_name END,
    city_code = CASE WHEN told.published_city IS NULL THEN store.city_code ELSE told.locality_code END,
    zip_code = coalesce(told.zip_code, store.zip_code),
    described_at = told.published_at
FROM placed AS told
WHERE store.chain_key = $1
  AND store.code = told.code
  AND (store.described_at IS NULL OR store.described_at <= told.published_at)
