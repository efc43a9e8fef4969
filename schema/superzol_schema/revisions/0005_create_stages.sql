-- What each stage of a run did, and which run holds a dataset.

CREATE TABLE etl_stage (
    run_id      text NOT NULL REFERENCES etl_run,
    stage       text NOT NULL,
    shard       int2 NOT NULL,
    shards      int2 NOT NULL CHECK (shard >= 0 AND shard < shards),
    state       text NOT NULL CHECK (state IN ('running', 'succeeded', 'failed')),
    attempts    int2 NOT NULL DEFAULT 1,
    report      jsonb,
    error       text,
    started_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    PRIMARY KEY (run_id, stage, shard)
);
COMMENT ON TABLE etl_stage IS 'One row per stage of a run, and per shard of it: what is done is not done again.';
COMMENT ON COLUMN etl_stage.run_id IS 'The run.';
COMMENT ON COLUMN etl_stage.stage IS 'fetch, load, publish, or refresh for all in one.';
COMMENT ON COLUMN etl_stage.shard IS 'Which of the shards, from 0.';
COMMENT ON COLUMN etl_stage.shards IS 'Into how many shards the stage is cut; 1 when it is not.';
COMMENT ON COLUMN etl_stage.state IS 'running (also after a kill), succeeded or failed.';
COMMENT ON COLUMN etl_stage.attempts IS 'How often it began.';
COMMENT ON COLUMN etl_stage.report IS 'Its summary line; what a replay of a stage that succeeded answers.';
COMMENT ON COLUMN etl_stage.error IS 'Why it failed.';
COMMENT ON COLUMN etl_stage.started_at IS 'When it last began.';
COMMENT ON COLUMN etl_stage.ended_at IS 'When it ended; null while running or after a kill.';

ALTER TABLE dataset ADD COLUMN run_id text;
COMMENT ON COLUMN dataset.run_id IS 'The run that holds it, or held it last: a lock that ends with its connections says whether it is alive.';

COMMENT ON TABLE etl_run IS 'One row per ETL run; its stages are in etl_stage.';
COMMENT ON COLUMN etl_run.stage IS 'The stage that began last: fetch, load, publish, or refresh for all in one.';
COMMENT ON COLUMN etl_run.state IS 'running while a stage is (also after a kill), failed when one failed, else succeeded.';
COMMENT ON COLUMN etl_run.result IS 'Of the stage that ended last: Fetched, Loaded, Partial, Published or Unchanged.';
COMMENT ON COLUMN etl_run.counts IS 'Summary line of the stage that ended last.';

GRANT SELECT ON etl_stage TO superzol_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON etl_stage TO superzol_loader;
