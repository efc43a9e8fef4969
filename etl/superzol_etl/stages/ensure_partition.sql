-- Makes the partition that spans closed by a version go to.
-- $1 version: int4
SELECT ensure_price_span_partition($1)
