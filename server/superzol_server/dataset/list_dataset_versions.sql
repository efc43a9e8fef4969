-- Versions of a dataset with what became of its chains, newest first.
-- $1 dataset_id: text
-- $2 before_version: int
-- $3 limit: int
-- Budget: 250 shared buffers
WITH page AS (
    SELECT
        dataset_version.dataset_key,
        dataset_version.version,
        dataset_version.day,
        dataset_version.fetched_at,
        dataset_version.closed_at,
        dataset_version.digest
    FROM dataset_version
    JOIN dataset ON dataset.dataset_key = dataset_version.dataset_key AND dataset.deleted_at IS NULL
    WHERE dataset.dataset_id = $1 AND dataset_version.version < $2::int
    ORDER BY dataset_version.version DESC
    LIMIT $3
), published AS (
    SELECT publication.version, max(publication.generation) AS generation
    FROM publication
    WHERE
        publication.dataset_key = (SELECT dataset_key FROM dataset WHERE dataset_id = $1)
        AND publication.version >= (SELECT min(version) FROM page)
    GROUP BY publication.version
)
SELECT
    page.version,
    page.day,
    page.fetched_at AS fetch_time,
    page.closed_at AS close_time,
    page.digest,
    chains.loaded_chain_count,
    chains.held_back_chain_count,
    chains.absent_chain_count,
    chains.row_count,
    chains.reject_count,
    chains.change_count,
    chains.content_digest,
    coalesce(published.generation, 0) AS generation
FROM page
CROSS JOIN LATERAL (
    SELECT
        count(*) FILTER (WHERE state IN ('loaded', 'forgotten')) AS loaded_chain_count,
        count(*) FILTER (WHERE state = 'held_back') AS held_back_chain_count,
        count(*) FILTER (WHERE state = 'absent') AS absent_chain_count,
        coalesce(sum(rows), 0)::int8 AS row_count,
        coalesce(sum(rejected), 0)::int8 AS reject_count,
        coalesce(sum(changed), 0)::int8 AS change_count,
        coalesce(
            encode(
                sha256(
                    convert_to(
                        string_agg(chain.chain_id || ' ' || content_digest, ',' ORDER BY chain.chain_id)
                            FILTER (WHERE state IN ('loaded', 'forgotten')),
                        'UTF8'
                    )
                ),
                'hex'
            ),
            ''
        ) AS content_digest
    FROM chain
    JOIN chain_version ON chain_version.chain_key = chain.chain_key
    WHERE chain.dataset_key = page.dataset_key AND chain_version.version = page.version
) AS chains
LEFT JOIN published ON published.version = page.version
ORDER BY page.version DESC
LIMIT $3
