-- Lets each commit of the connection return before it is on the disk.
SET synchronous_commit TO off
