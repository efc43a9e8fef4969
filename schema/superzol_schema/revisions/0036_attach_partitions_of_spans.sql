-- A partition of closed spans is made beside those who read the others: neither waits for the other.

CREATE OR REPLACE FUNCTION ensure_price_span_partition(version int) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_version int := version / 32 * 32;
    partition_name text := format('price_span_%s', first_version);
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(partition_name, 0));
    IF to_regclass(format('public.%I', partition_name)) IS NULL THEN
        -- Made in place it would wait for whoever reads spans, and whoever comes to read them then would wait for it.
        EXECUTE format('CREATE TABLE public.%I (LIKE public.price_span INCLUDING CONSTRAINTS)', partition_name);
        EXECUTE format('ALTER TABLE public.price_span ATTACH PARTITION public.%I FOR VALUES FROM (%s) TO (%s)',
                       partition_name, greatest(first_version, -32768), least(first_version + 32, 32767));
        -- Not inherited by partitions: without it the loader's VACUUM and ANALYZE pass them over. New in PostgreSQL 17.
        IF current_setting('server_version_num')::int >= 170000 THEN
            EXECUTE format('GRANT MAINTAIN ON public.%I TO superzol_loader', partition_name);
        END IF;
    END IF;
END $$;
