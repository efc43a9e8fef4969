-- Tables of this session that stand before the served ones of the same names: a chain's versions are loaded into them.
CREATE TEMP TABLE offer_pack (LIKE public.offer_pack INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TEMP TABLE price_span (LIKE public.price_span);
CREATE TEMP TABLE product_in_chain (LIKE public.product_in_chain INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TEMP TABLE promotion (LIKE public.promotion INCLUDING IDENTITY INCLUDING INDEXES);
CREATE TEMP TABLE promotion_of_product (LIKE public.promotion_of_product INCLUDING INDEXES);
CREATE TEMP TABLE promotion_sighting (LIKE public.promotion_sighting INCLUDING INDEXES);
CREATE TEMP TABLE promotion_span (LIKE public.promotion_span INCLUDING INDEXES);
CREATE TEMP TABLE store (LIKE public.store INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE TEMP TABLE store_sighting (LIKE public.store_sighting INCLUDING DEFAULTS INCLUDING INDEXES)
