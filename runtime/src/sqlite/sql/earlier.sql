-- Whether an earlier sending of a commit was stored behind a position, or under its key.
select max(found.position) from (
    select position from events where commit_id = ?1 and position > ?2
    union all
    select position from idempotency_keys where key = ?3 and commit_id = ?1
) found having count(*) > 0
