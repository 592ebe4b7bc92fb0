-- A key's position is that of its commit's last event: so many before the end of the batch, which has been inserted.
insert into idempotency_keys (key, fingerprint, commit_id, versions, position)
select column1, column2, column3, column4, (select max(position) from events) - column5
from (values (?, ?, ?, ?, ?)) where column1 is not null;
