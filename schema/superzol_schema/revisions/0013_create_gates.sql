-- What keeps untrusted files from being served, and who let them pass.

ALTER TABLE chain_version
    ADD COLUMN full_rows int8 NOT NULL DEFAULT 0,
    ADD COLUMN gates text NOT NULL DEFAULT '',
    ADD COLUMN held_by text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN chain_version.full_rows IS 'Rows of the newest full price file of each store: the gate of rows compares with it.';
COMMENT ON COLUMN chain_version.gates IS 'Program version and thresholds it was loaded or held back with; with others a chain held back is tried again.';
COMMENT ON COLUMN chain_version.held_by IS 'Gates that held it back: rows, rejects, jumps, legal_ids; empty when its files are bad or it is loaded.';

ALTER TABLE promotion_sighting ADD COLUMN full_rows int4;
COMMENT ON COLUMN promotion_sighting.full_rows IS 'Rows of the last good full promotion file: the 70 % guard compares with it.';

CREATE TABLE etl_decision (
    decision_key   int4 GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action         text NOT NULL CHECK (action IN ('accept', 'takeover')),
    dataset_key    int2 NOT NULL REFERENCES dataset,
    chain_key      int2 REFERENCES chain,
    version        int2,
    digest         text,
    detail         text NOT NULL,
    decided_by     text NOT NULL,
    database_user  text NOT NULL DEFAULT session_user,
    decided_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX etl_decision_chain ON etl_decision (chain_key, version) WHERE action = 'accept';
COMMENT ON TABLE etl_decision IS 'What people decided against the rules of the ETL: an audit trail, insert-only.';
COMMENT ON COLUMN etl_decision.decision_key IS 'Surrogate, never leaves the database.';
COMMENT ON COLUMN etl_decision.action IS 'accept: files that a gate held back may be loaded; takeover: another owner or dataset gets what is named.';
COMMENT ON COLUMN etl_decision.dataset_key IS 'The dataset; of a takeover, the one that gets it.';
COMMENT ON COLUMN etl_decision.chain_key IS 'The chain; null when a whole dataset was taken over.';
COMMENT ON COLUMN etl_decision.version IS 'accept: the dataset version.';
COMMENT ON COLUMN etl_decision.digest IS 'accept: digest of the chain''s files; other files of that version are not accepted by it.';
COMMENT ON COLUMN etl_decision.detail IS 'accept: why it was held back; takeover: from whom.';
COMMENT ON COLUMN etl_decision.decided_by IS 'Who decided, as told on the command line.';
COMMENT ON COLUMN etl_decision.database_user IS 'Who was signed in to the database.';
COMMENT ON COLUMN etl_decision.decided_at IS 'When.';

GRANT SELECT ON etl_decision TO superzol_reader;
GRANT SELECT, INSERT ON etl_decision TO superzol_loader;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO superzol_loader;
