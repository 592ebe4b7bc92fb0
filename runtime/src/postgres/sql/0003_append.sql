-- Appends a batch of commits, each stored whole or not at all.
--
-- From the lock to the end of the transaction this batch is alone. Each statement here takes a snapshot of its own, after
-- the lock: under READ COMMITTED, and no other isolation level, it sees all that was committed before.
--
-- Indices into arrays count from 1. What is to be looked at one by one is looked up by its index: a function's arrays are unpacked
-- once, where `unnest` of several would first write each into a table of its own.
create or replace function :"schema".append(
    known_head    bigint,    -- null when the batch is sent for the first time
    end_position  bigint,    -- where the log ended when what is known was seen to hold; null if nothing is known
    end_commit    uuid,
    commits       uuid[],
    saw_stream    text[],    -- what the batch expects of each stream: version 0 and no commit is a stream without events
    saw_version   bigint[],
    saw_commit    uuid[],
    saw_known     boolean[], -- holds for certain if the log still ends there: nobody has appended since; may be empty
    uses_commit   integer[], -- the commit is refused if what it saw is stale
    uses_saw      integer[],
    stands_commit integer[], -- the commit is refused if the earlier one that it stands on is
    stands_on     integer[],
    key_commit    integer[],
    key           text[],
    key_print     uuid[],
    key_last      integer[], -- the key's last event; null if its commit has none
    key_versions  json[],    -- null for a key that is only asked about
    commit_meta   json[],    -- of each commit
    event_commit  integer[], -- in order
    event_stream  text[],
    event_version bigint[],
    event_name    text[],
    event_schema  integer[],
    event_data    json[],
    out head             bigint,   -- before this batch
    out earlier          uuid[],   -- commits that an earlier sending of this batch stored; then nothing else was done
    out earlier_position bigint[],
    out stale            integer[],
    out stale_version    bigint[],
    out taken            integer[],
    out taken_print      uuid[],
    out taken_commit     uuid[],
    out taken_position   bigint[],
    out taken_versions   json[]
) language plpgsql
    set search_path = :"schema", pg_temp
    set plan_cache_mode = force_generic_plan
    set jit = off
as $$
#variable_conflict use_column
declare
    now_at   timestamptz;
    last_id  uuid;
    unmoved  boolean;
    is_stale boolean[];
    refused  boolean[];
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'foldline appends under READ COMMITTED only, not %', current_setting('transaction_isolation')
            using errcode = 'invalid_transaction_state';
    end if;
    perform from append_lock for update;

    if append.known_head is not null then
        select array_agg(found.commit_id), array_agg(found.position) into earlier, earlier_position
        from (
            select e.commit_id, max(e.position) as position from events e
            where e.position > append.known_head and e.commit_id = any (append.commits) group by e.commit_id
            union
            select k.commit_id, k.position from idempotency_keys k
            where k.key = any (append.key) and k.commit_id = any (append.commits)
        ) found;
        if earlier is not null then
            return;
        end if;
    end if;

    select e.position, e.commit_id into head, last_id from events e order by e.position desc limit 1;
    head := coalesce(head, 0);
    unmoved := coalesce(head = append.end_position and last_id = append.end_commit, false);

    if not unmoved or false = any (append.saw_known) then
        -- An index hands out a whole page of what it is asked for: what lies before the version that was seen is not asked for,
        -- so that a long stream costs what a short one does.
        select array_agg(saw.i),
            array_agg(coalesce(last.version, (select max(e.version) from events e where e.stream = saw.stream), 0))
        into stale, stale_version
        from (
            select i, append.saw_stream[i] as stream, append.saw_version[i] as version, append.saw_commit[i] as commit
            from (select generate_series(1, cardinality(append.saw_stream)) as i) asked
            where not (unmoved and coalesce(append.saw_known[i], false))
        ) saw
        left join lateral (
            select e.version, e.commit_id from events e
            where e.stream = saw.stream and e.version >= saw.version order by e.version desc limit 1
        ) last on true
        where coalesce(last.version, 0) <> saw.version or last.commit_id is distinct from saw.commit;
    end if;

    if append.key <> '{}' then
        select array_agg(asked.commit), array_agg(k.fingerprint), array_agg(k.commit_id), array_agg(k.position), array_agg(k.versions)
        into taken, taken_print, taken_commit, taken_position, taken_versions
        from unnest(append.key, append.key_commit) asked (key, commit) join idempotency_keys k on k.key = asked.key;
    end if;

    now_at := clock_timestamp();
    if stale is null and taken is null then
        insert into events (position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data)
        select head + i, append.event_version[i], now_at, append.commits[append.event_commit[i]], append.event_schema[i],
            append.event_stream[i], append.event_name[i], append.commit_meta[append.event_commit[i]],
            append.event_data[i]
        from (select generate_series(1, cardinality(append.event_commit)) as i) e;

        if append.key <> '{}' then
            insert into idempotency_keys (key, fingerprint, commit_id, position, versions)
            select k.key, k.print, append.commits[k.commit], head + k.last, k.versions
            from unnest(append.key, append.key_print, append.key_commit, append.key_last, append.key_versions)
                k (key, print, commit, last, versions)
            where k.versions is not null;
        end if;
        return;
    end if;

    -- Refused is whoever saw something stale, whose key is taken, or who stands on one that is refused. A commit stands on
    -- earlier ones only: one pass in order finds them all.
    refused := array_fill(false, array[cardinality(append.commits)]);
    is_stale := array_fill(false, array[cardinality(append.saw_stream)]);
    for i in 1 .. coalesce(cardinality(stale), 0) loop
        is_stale[stale[i]] := true;
    end loop;
    for i in 1 .. coalesce(cardinality(taken), 0) loop
        refused[taken[i]] := true;
    end loop;
    for i in 1 .. cardinality(append.uses_commit) loop
        if is_stale[append.uses_saw[i]] then
            refused[append.uses_commit[i]] := true;
        end if;
    end loop;
    for i in 1 .. cardinality(append.stands_commit) loop
        if refused[append.stands_on[i]] then
            refused[append.stands_commit[i]] := true;
        end if;
    end loop;

    insert into events (position, version, recorded_at, commit_id, schema_version, stream, name, metadata, data)
    select head + row_number() over (order by i), append.event_version[i], now_at, append.commits[append.event_commit[i]],
        append.event_schema[i], append.event_stream[i], append.event_name[i],
        append.commit_meta[append.event_commit[i]], append.event_data[i]
    from (select generate_series(1, cardinality(append.event_commit)) as i) e
    where not refused[append.event_commit[i]];

    insert into idempotency_keys (key, fingerprint, commit_id, position, versions)
    select k.key, k.print, append.commits[k.commit],
        case when k.last is not null then
            head + (select count(*) from unnest(append.event_commit) e (commit) where e.commit <= k.commit and not refused[e.commit])
        end,
        k.versions
    from unnest(append.key, append.key_print, append.key_commit, append.key_last, append.key_versions)
        k (key, print, commit, last, versions)
    where k.versions is not null and not refused[k.commit];
end
$$;
