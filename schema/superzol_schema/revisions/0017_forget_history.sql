-- History that is no longer kept: which versions lost it, and how its partitions go.

ALTER TABLE chain_version
    DROP CONSTRAINT chain_version_state_check,
    ADD CONSTRAINT chain_version_state_check CHECK (state IN ('loaded', 'held_back', 'absent', 'forgotten'));
COMMENT ON COLUMN chain_version.state IS 'loaded; held_back: its files were refused and the last good version stands; absent: it had no rows; forgotten: it was loaded, but prices as of it are no longer kept.';

CREATE FUNCTION drop_price_spans_before(version int) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
    partition record;
    dropped int := 0;
BEGIN
    FOR partition IN
        SELECT inhrelid::regclass AS name
        FROM pg_inherits
        JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = 'public.price_span'::regclass
          AND substring(relname FROM '^price_span_(\d+)$')::int + 32 <= version
    LOOP
        EXECUTE format('DROP TABLE %s', partition.name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
COMMENT ON FUNCTION drop_price_spans_before IS 'Drops the partitions that only hold spans closed before this version; gives up after a second when a reader holds them.';
REVOKE EXECUTE ON FUNCTION drop_price_spans_before FROM public;
GRANT EXECUTE ON FUNCTION drop_price_spans_before TO superzol_loader;
