-- Zeros before a ChainId say nothing, and are no longer stored: with them a chain would seem to be two.

UPDATE store
SET legal_id = nullif(ltrim(legal_id, '0'), '')
WHERE legal_id LIKE '0%';
