-- Drops the closed spans that no version from this one on needs, in whole partitions.
-- $1 version: int4
SELECT drop_price_spans_before($1)
