-- A span ends after it began: no mistake of a load or of publish can leave one that answers for no version.
-- Spans of before are looked at later, by revision 0025: now, readers would wait for it.

ALTER TABLE price_span ADD CONSTRAINT price_span_order CHECK (valid_from < valid_to) NOT VALID;
ALTER TABLE promotion_span ADD CONSTRAINT promotion_span_order CHECK (valid_to > ALL (valid_from)) NOT VALID;
