-- The same for the batch of an idle system, one commit with one event on the one stream that it saw: no arrays, and one
-- number to answer with. Alone in its batch it pays for everything, so it does without settings that its plans, all of them
-- looks into an index, do not need.
--
-- Returns the event's position if it was stored; else the version that the stream has, negated and less 1.
create or replace function :"schema".append_one(
    saw_version   bigint,
    saw_commit    uuid,
    commit        uuid,
    event_stream  text,
    event_version bigint,
    event_name    text,
    event_schema  integer,
    event_meta    json,
    event_data    json
) returns bigint language plpgsql
    set search_path = :"schema", pg_temp
as $$
#variable_conflict use_column
declare
    last record;
    head bigint;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'foldline appends under READ COMMITTED only, not %', current_setting('transaction_isolation')
            using errcode = 'invalid_transaction_state';
    end if;
    perform from append_lock for update;

    head := coalesce((select max(e.position) from events e), 0);
    select e.version, e.commit_id into last
    from events e where e.stream = append_one.event_stream and e.version >= append_one.saw_version
    order by e.version desc limit 1;
    if coalesce(last.version, 0) <> append_one.saw_version or last.commit_id is distinct from append_one.saw_commit then
        return -1 - coalesce((select max(e.version) from events e where e.stream = append_one.event_stream), 0);
    end if;
    insert into events (position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data)
    values (head + 1, append_one.event_version, clock_timestamp(), append_one.commit, append_one.event_schema,
        append_one.event_stream, append_one.event_name, append_one.event_meta, append_one.event_data);
    return head + 1;
end
$$;
