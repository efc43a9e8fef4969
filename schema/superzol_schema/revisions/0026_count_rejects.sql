-- Of a file whose every row is refused not all rows are kept: their reasons are counted beside.

ALTER TABLE file_report
    ADD COLUMN reject_reasons text[] NOT NULL DEFAULT '{}',
    ADD COLUMN reject_counts  int8[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN file_report.rejected IS 'Rows refused, of which reject keeps the first 10,000.';
COMMENT ON COLUMN file_report.reject_reasons IS 'Why rows were refused, such as price_missing.';
COMMENT ON COLUMN file_report.reject_counts IS 'How many rows for each of reject_reasons; together they are rejected.';
COMMENT ON TABLE reject IS 'The first 10,000 rows of each file that the loader refused; file_report counts all of them.';
COMMENT ON COLUMN reject.raw IS 'The row as it stands in the file (bytes that are not UTF-8 shown as \xNN), NUL removed; of a longer one the first 65,536 bytes.';

UPDATE file_report AS report
SET reject_reasons = told.reasons,
    reject_counts = told.counts
FROM (
    SELECT counted.run_id, counted.file,
           array_agg(counted.reason ORDER BY counted.count DESC, counted.reason) AS reasons,
           array_agg(counted.count ORDER BY counted.count DESC, counted.reason) AS counts
    FROM (SELECT run_id, file, reason, count(*) AS count FROM reject GROUP BY run_id, file, reason) AS counted
    GROUP BY counted.run_id, counted.file
) AS told
WHERE report.run_id = told.run_id
  AND report.file = told.file;
