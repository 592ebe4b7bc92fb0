-- What stands behind those idempotency keys that are taken.
with asked (nth, key) as (values (?, ?))
select asked.nth, k.fingerprint, k.commit_id, k.position, k.versions
from asked cross join idempotency_keys k on k.key = asked.key
