-- Takes over the legal ids of a chain's stores of which none is known.
-- $1 chain_key: int2
UPDATE store AS known
SET legal_id = beside.legal_id
FROM pg_temp.store AS beside
WHERE known.chain_key = $1
  AND beside.store_key = known.store_key
  AND known.legal_id IS NULL
  AND beside.legal_id IS NOT NULL
