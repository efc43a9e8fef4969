-- One dataset and the newest version of which a chain is loaded.
-- $1 dataset_id: text
-- Budget: 15 shared buffers
SELECT
    dataset.dataset_id,
    dataset.name,
    dataset.source_url,
    dataset.owner,
    dataset.generation,
    coalesce(
        (SELECT max(loaded.version)
         FROM chain
         JOIN chain_version AS loaded ON loaded.chain_key = chain.chain_key AND loaded.state = 'loaded'
         WHERE chain.dataset_key = dataset.dataset_key),
        0
    ) AS latest_version,
    dataset.created_at AS create_time,
    dataset.updated_at AS update_time
FROM dataset
WHERE dataset.dataset_id = $1 AND dataset.deleted_at IS NULL
LIMIT 1
