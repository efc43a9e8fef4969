-- Lets the commit of the transaction wait for the disk as the server is set to, and so for all commits before it.
SET LOCAL synchronous_commit TO DEFAULT
