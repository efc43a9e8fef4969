-- What was loaded, when, from which files, and what was refused.

CREATE TABLE dataset_version (
    dataset_key  int2 NOT NULL REFERENCES dataset,
    version      int2 NOT NULL CHECK (version > 0),
    day          date,
    digest       text NOT NULL,
    fetched_at   timestamptz NOT NULL DEFAULT now(),
    closed_at    timestamptz,
    PRIMARY KEY (dataset_key, version)
);
COMMENT ON TABLE dataset_version IS 'A snapshot of the source, numbered by the source itself; gaps are allowed.';
COMMENT ON COLUMN dataset_version.dataset_key IS 'The dataset.';
COMMENT ON COLUMN dataset_version.version IS 'The source''s own number, 1 to 32,766.';
COMMENT ON COLUMN dataset_version.day IS 'Israeli calendar day of its newest file; null until the version is closed.';
COMMENT ON COLUMN dataset_version.digest IS 'Digest of the names and contents of its files: a repeat is recognised by it.';
COMMENT ON COLUMN dataset_version.fetched_at IS 'When a loader first met it.';
COMMENT ON COLUMN dataset_version.closed_at IS 'When publish finished it; null while chains may still follow.';

CREATE TABLE chain_version (
    chain_key    int2 NOT NULL REFERENCES chain,
    version      int2 NOT NULL,
    state        text NOT NULL CHECK (state IN ('loaded', 'held_back', 'absent')),
    cutoff_at    timestamptz,
    digest       text NOT NULL DEFAULT '',
    stores       int4 NOT NULL DEFAULT 0,
    rows         int8 NOT NULL DEFAULT 0,
    rejected     int8 NOT NULL DEFAULT 0,
    changed      int8 NOT NULL DEFAULT 0,
    reason       text,
    loaded_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain_key, version)
);
COMMENT ON TABLE chain_version IS 'The truth of what was loaded: a chain''s version is whole or absent.';
COMMENT ON COLUMN chain_version.chain_key IS 'The chain.';
COMMENT ON COLUMN chain_version.version IS 'The dataset version.';
COMMENT ON COLUMN chain_version.state IS 'loaded; held_back: its files were refused and the last good version stands; absent: it had no rows.';
COMMENT ON COLUMN chain_version.cutoff_at IS 'Timestamp of its newest price file, or of its newest file when it has no price file.';
COMMENT ON COLUMN chain_version.digest IS 'Digest of its files.';
COMMENT ON COLUMN chain_version.stores IS 'Stores seen in its price files.';
COMMENT ON COLUMN chain_version.rows IS 'Price rows read.';
COMMENT ON COLUMN chain_version.rejected IS 'Price rows rejected.';
COMMENT ON COLUMN chain_version.changed IS 'Offers opened, changed or closed.';
COMMENT ON COLUMN chain_version.reason IS 'Why it was held back, or what was flagged; null when nothing was.';
COMMENT ON COLUMN chain_version.loaded_at IS 'When the row was written.';

CREATE TABLE store_sighting (
    store_key  int2 NOT NULL REFERENCES store,
    version    int2 NOT NULL,
    full_at    timestamptz,
    last_at    timestamptz NOT NULL,
    full_file  text,
    last_file  text NOT NULL,
    deltas     int2 NOT NULL,
    rows       int4 NOT NULL,
    partial    bool NOT NULL,
    PRIMARY KEY (store_key, version)
);
COMMENT ON TABLE store_sighting IS 'The price files of a store that one version applied.';
COMMENT ON COLUMN store_sighting.store_key IS 'The store.';
COMMENT ON COLUMN store_sighting.version IS 'The dataset version.';
COMMENT ON COLUMN store_sighting.full_at IS 'Timestamp of the full file used as base; null when there was none.';
COMMENT ON COLUMN store_sighting.last_at IS 'Timestamp of the newest file applied.';
COMMENT ON COLUMN store_sighting.full_file IS 'Name of the full file used as base.';
COMMENT ON COLUMN store_sighting.last_file IS 'Name of the newest file applied.';
COMMENT ON COLUMN store_sighting.deltas IS 'Files applied on top of the base.';
COMMENT ON COLUMN store_sighting.rows IS 'Offers taken from these files.';
COMMENT ON COLUMN store_sighting.partial IS 'A full file was cut or shrunken and so applied as a delta: it closed no offer.';

CREATE TABLE publication (
    dataset_key   int2 NOT NULL REFERENCES dataset,
    generation    int8 NOT NULL,
    chain_key     int2 REFERENCES chain,
    version       int2 NOT NULL,
    published_at  timestamptz NOT NULL DEFAULT now(),
    changed       int8 NOT NULL,
    PRIMARY KEY (dataset_key, generation)
);
COMMENT ON TABLE publication IS 'One row per generation, in commit order.';
COMMENT ON COLUMN publication.dataset_key IS 'The dataset.';
COMMENT ON COLUMN publication.generation IS 'The generation this commit made.';
COMMENT ON COLUMN publication.chain_key IS 'The chain published; null for the publish step itself.';
COMMENT ON COLUMN publication.version IS 'The dataset version.';
COMMENT ON COLUMN publication.published_at IS 'When its transaction began.';
COMMENT ON COLUMN publication.changed IS 'Offers or products changed.';

CREATE TABLE etl_run (
    run_id       text PRIMARY KEY,
    dataset_key  int2 REFERENCES dataset,
    stage        text NOT NULL,
    state        text NOT NULL CHECK (state IN ('running', 'succeeded', 'failed')),
    result       text,
    version      int2,
    started_at   timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz,
    counts       jsonb NOT NULL DEFAULT '{}',
    error        text
);
COMMENT ON TABLE etl_run IS 'One row per ETL run.';
COMMENT ON COLUMN etl_run.run_id IS 'Given by the caller or made up; unique.';
COMMENT ON COLUMN etl_run.dataset_key IS 'The dataset; null when the run failed before it was known.';
COMMENT ON COLUMN etl_run.stage IS 'refresh, or the stage that ran.';
COMMENT ON COLUMN etl_run.state IS 'running (also after a kill), succeeded or failed.';
COMMENT ON COLUMN etl_run.result IS 'Loaded, Partial or Unchanged; null until it succeeded.';
COMMENT ON COLUMN etl_run.version IS 'The dataset version.';
COMMENT ON COLUMN etl_run.started_at IS 'When it started.';
COMMENT ON COLUMN etl_run.ended_at IS 'When it ended; null while running or after a kill.';
COMMENT ON COLUMN etl_run.counts IS 'What the run counted, as in its summary line.';
COMMENT ON COLUMN etl_run.error IS 'Why it failed.';

CREATE TABLE file_report (
    run_id      text NOT NULL REFERENCES etl_run,
    file        text NOT NULL,
    chain_key   int2 REFERENCES chain,
    digest      text NOT NULL,
    state       text NOT NULL CHECK (state IN ('loaded', 'empty', 'bad', 'ignored', 'held_back')),
    rows        int8 NOT NULL DEFAULT 0,
    loaded      int8 NOT NULL DEFAULT 0,
    superseded  int8 NOT NULL DEFAULT 0,
    rejected    int8 NOT NULL DEFAULT 0,
    drift       text[] NOT NULL DEFAULT '{}',
    problem     text,
    PRIMARY KEY (run_id, file),
    CHECK (rows = loaded + superseded + rejected OR state IN ('bad', 'held_back'))
);
COMMENT ON TABLE file_report IS 'What became of each file of a run: rows = loaded + superseded + rejected.';
COMMENT ON COLUMN file_report.run_id IS 'The run.';
COMMENT ON COLUMN file_report.file IS 'Base name of the file.';
COMMENT ON COLUMN file_report.chain_key IS 'The chain; null when its name says none.';
COMMENT ON COLUMN file_report.digest IS 'BLAKE3 of its bytes.';
COMMENT ON COLUMN file_report.state IS 'loaded; empty: no rows; bad: refused whole; ignored: a kind not loaded; held_back: good, but its chain was held back.';
COMMENT ON COLUMN file_report.rows IS 'Rows read.';
COMMENT ON COLUMN file_report.loaded IS 'Rows that stand for an offer or a store of this version.';
COMMENT ON COLUMN file_report.superseded IS 'Rows replaced by a later file or a later row of the same file.';
COMMENT ON COLUMN file_report.rejected IS 'Rows in reject.';
COMMENT ON COLUMN file_report.drift IS 'Columns that are not known.';
COMMENT ON COLUMN file_report.problem IS 'Why it was refused or flagged.';

CREATE TABLE reject (
    run_id  text NOT NULL REFERENCES etl_run,
    file    text NOT NULL,
    line    int8 NOT NULL,
    reason  text NOT NULL,
    raw     text NOT NULL,
    PRIMARY KEY (run_id, file, line)
);
COMMENT ON TABLE reject IS 'Rows refused by the loader: nothing is lost silently.';
COMMENT ON COLUMN reject.run_id IS 'The run.';
COMMENT ON COLUMN reject.file IS 'Base name of the file.';
COMMENT ON COLUMN reject.line IS 'Line on which the row starts, the header being line 1.';
COMMENT ON COLUMN reject.reason IS 'Why, such as price_missing.';
COMMENT ON COLUMN reject.raw IS 'The row as it stands in the file (bytes that are not UTF-8 shown as \xNN), NUL removed.';

GRANT SELECT ON ALL TABLES IN SCHEMA public TO superzol_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO superzol_loader;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO superzol_loader;
-- A load ends with VACUUM; PostgreSQL 16 has no such right, there autovacuum follows.
DO $$ BEGIN
    IF current_setting('server_version_num')::int >= 170000 THEN
        GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO superzol_loader;
    END IF;
END $$;

COMMENT ON TABLE alembic_version IS 'The newest revision of this schema; written by superzol-schema upgrade only.';
COMMENT ON COLUMN alembic_version.version_num IS 'Number of the revision.';
REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM superzol_loader;
