-- Runs are listed newest first, and found by the version they loaded.

CREATE INDEX etl_run_started ON etl_run (started_at, run_id);
CREATE INDEX etl_run_version ON etl_run (version);
