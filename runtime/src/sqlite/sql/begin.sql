-- From here to the end of the transaction this batch is alone: what it reads is the end of the log.
begin immediate;
select coalesce(max(position), 0) from events;
