-- Number of prices of one chain.
-- $1 chain_id: text
-- Budget: 1100 shared buffers
SELECT coalesce(sum(pack.offers), 0)::int8 AS total_size
FROM offer_pack AS pack
WHERE pack.chain_key = (SELECT chain_key FROM chain WHERE chain_id = $1)
