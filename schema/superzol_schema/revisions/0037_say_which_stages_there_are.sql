-- fetch needs no database and leaves nothing in the ledger; backfill and rebuild do.

COMMENT ON COLUMN etl_run.stage IS 'The stage that began last: load, publish, backfill, rebuild, or refresh for load and publish in one.';
COMMENT ON COLUMN etl_run.result IS 'Of the stage that ended last: Loaded, Partial, Published, Backfilled, Rebuilt or Unchanged.';
COMMENT ON COLUMN etl_stage.stage IS 'load, publish, backfill, rebuild, or refresh for load and publish in one.';
