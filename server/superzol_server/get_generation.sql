-- Nothing of its own: load_statement adds the generation.
-- Budget: 5 shared buffers
SELECT 1 AS loaded
LIMIT 1
