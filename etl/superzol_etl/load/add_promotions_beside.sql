-- Adds the promotions beside that are not known, with keys of their own.
INSERT INTO promotion
OVERRIDING USER VALUE
SELECT beside.*
FROM pg_temp.promotion AS beside
WHERE NOT EXISTS (
    SELECT FROM promotion AS known
    WHERE known.chain_key = beside.chain_key
      AND known.body_hash = beside.body_hash
)
ORDER BY beside.promotion_key
