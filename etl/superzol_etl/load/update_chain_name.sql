-- Names a chain as its newest Stores file does: one that is loaded late names it no more.
-- $1 chain_key: int2
-- $2 name: text
-- $3 published_at: timestamptz, of the newest Stores file among those that tell the name
UPDATE chain
SET name = $2
WHERE chain_key = $1
  AND name <> $2
  AND NOT EXISTS (
      SELECT FROM store
      WHERE store.chain_key = $1
        AND store.described_at > $3
  )
