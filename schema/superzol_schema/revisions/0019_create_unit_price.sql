-- The unit price, for statements that order by it.

CREATE FUNCTION unit_price(price int4, weighted bool, product_weighted bool, net_quantity int4, net_unit int2)
    RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN price = 0 THEN NULL
        WHEN weighted THEN price::float8 * 100000 / 1000000
        WHEN product_weighted THEN NULL
        ELSE price::float8 * CASE WHEN net_unit <= 2 THEN 100000 ELSE 1000 END / nullif(net_quantity, 0)
    END
$$;
COMMENT ON FUNCTION unit_price IS 'Agorot for 100 g, 100 ml, a piece or a metre, to the last bit as the server tells them; null when not known. weighted: as the price is; product_weighted, net_quantity, net_unit: as product has them.';
