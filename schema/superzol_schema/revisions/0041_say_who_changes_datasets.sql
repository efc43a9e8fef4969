-- No editor changes a dataset: loads alone write its row.

COMMENT ON COLUMN dataset.updated_at IS 'When a loader last changed it.';
