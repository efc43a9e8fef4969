-- Rows that a run rejected, by file and line.
-- $1 run_id: text
-- $2 file: text, null for all
-- $3 reason: text, null for all
-- $4 raw_length: int, characters of a row that are shown
-- $5 after_file: text, of the last row seen, '' for the first page
-- $6 after_line: int
-- $7 limit: int
-- Budget: 2500 shared buffers
SELECT
    reject.file,
    reject.line,
    reject.reason,
    left(reject.raw, $4) AS raw
FROM reject
WHERE reject.run_id = $1
    AND ($2::text IS NULL OR reject.file = $2)
    AND ($3::text IS NULL OR reject.reason = $3)
    AND (reject.file, reject.line) > ($5, $6::int8)
ORDER BY
    reject.file,
    reject.line
LIMIT $7
