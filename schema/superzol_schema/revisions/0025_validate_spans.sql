-- Spans of before revision 0018 are looked at while they are read and written.

ALTER TABLE price_span VALIDATE CONSTRAINT price_span_order;
ALTER TABLE promotion_span VALIDATE CONSTRAINT promotion_span_order;
