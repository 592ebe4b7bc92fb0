-- Fails on a file that may only be read. In a transaction, for the answer is to be that of one moment.
begin immediate;
rollback;
pragma journal_mode;
