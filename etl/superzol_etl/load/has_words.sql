-- Says whether a chain has told words about any product.
-- $1 chain_key: int2
SELECT EXISTS (SELECT FROM product_in_chain WHERE chain_key = $1)
