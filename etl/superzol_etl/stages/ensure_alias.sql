-- Remembers under which slug files of a chain came.
-- $1 alias: text
-- $2 chain_key: int2
INSERT INTO chain_alias (alias, chain_key)
VALUES ($1, $2)
ON CONFLICT DO NOTHING
