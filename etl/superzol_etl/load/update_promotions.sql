-- Takes over the stores and products in promotion_change.
-- $1 version: int2
UPDATE promotion
SET product_keys = change.product_keys,
    gift_keys = change.gift_keys,
    unlinked_codes = change.unlinked_codes,
    unlinked_gift_codes = change.unlinked_gift_codes,
    store_keys = change.store_keys,
    since = change.since,
    ended_version = NULL,
    changed_version = $1
FROM promotion_change AS change
WHERE promotion.promotion_key = change.promotion_key
