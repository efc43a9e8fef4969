-- Adds the stores that are new.
-- $1 chain_key: int2
-- $2 chain_id: text
-- $3 codes: text[]
INSERT INTO store (chain_key, store_id, code)
SELECT $1, $2 || ':' || wanted.code, wanted.code
FROM unnest($3::text[]) AS wanted (code)
WHERE NOT EXISTS (
    SELECT FROM store
    WHERE store.chain_key = $1
      AND store.code = wanted.code
)
ORDER BY wanted.code
ON CONFLICT DO NOTHING
