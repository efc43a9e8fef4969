-- Until the transaction ends, names mean the served tables again; those beside are pg_temp's.
SET LOCAL search_path = public, pg_temp
