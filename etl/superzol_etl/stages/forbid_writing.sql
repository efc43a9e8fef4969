-- Makes every transaction of this connection one that cannot write.
SET default_transaction_read_only = on
