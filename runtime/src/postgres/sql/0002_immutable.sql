-- The past is immutable: whoever the application's connection lets in, the schema refuses.

create or replace function :"schema".refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% on %.%: what is in the log has happened', tg_op, tg_table_schema, tg_table_name
        using errcode = 'restrict_violation', hint = 'record a new event that corrects it';
end
$$;

-- Citus asks for consent to triggers.
do $$
begin
    if exists (select from pg_settings where name = 'citus.enable_unsafe_triggers') then
        perform set_config('citus.enable_unsafe_triggers', 'on', true);
    end if;
end
$$;

drop trigger if exists immutable on :"schema".events;
create trigger immutable before update or delete or truncate on :"schema".events
    for each statement execute function :"schema".refuse_change();

drop trigger if exists immutable on :"schema".idempotency_keys;
create trigger immutable before update or delete or truncate on :"schema".idempotency_keys
    for each statement execute function :"schema".refuse_change();
