insert into idempotency_keys (key, fingerprint, commit_id, position, versions)
select * from (values (?, ?, ?, ?, ?)) where column1 is not null;
