-- Says what versions of a chain offer.
-- $1 chain_key: int2
-- $2 versions: int2[]
-- $3 content_digests: text[]
UPDATE chain_version AS known
SET content_digest = told.content_digest
FROM unnest($2::int2[], $3::text[]) AS told (version, content_digest)
WHERE known.chain_key = $1
  AND known.version = told.version
