-- Publications of a dataset after a generation, in their order.
-- $1 dataset_id: text
-- $2 after_generation: int
-- $3 limit: int
-- Budget: 1000 shared buffers
SELECT
    publication.generation,
    chain.chain_id,
    publication.version,
    publication.published_at AS publish_time,
    publication.changed AS change_count
FROM publication
LEFT JOIN chain ON chain.chain_key = publication.chain_key
WHERE publication.dataset_key = (
        SELECT dataset_key FROM dataset WHERE dataset_id = $1 AND deleted_at IS NULL
    )
    AND publication.generation > $2
ORDER BY publication.generation
LIMIT $3
