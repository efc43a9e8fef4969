-- Until the transaction ends, a statement gives up when it waits a second for a lock.
SET LOCAL lock_timeout = '1s'
