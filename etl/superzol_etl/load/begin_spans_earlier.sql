-- Takes over when the spans in span_begun began.
UPDATE price_span AS span
SET valid_from = begun.valid_from
FROM span_begun AS begun
WHERE span.product_key = begun.product_key
  AND span.store_key = begun.store_key
  AND span.valid_from = begun.known_from
