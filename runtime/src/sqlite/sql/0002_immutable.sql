-- The past is immutable: whatever program writes to the file, the schema refuses.
create trigger events_are_not_updated before update on events begin
    select raise(abort, 'what is in the log has happened: record a new event that corrects it');
end;

create trigger events_are_not_deleted before delete on events begin
    select raise(abort, 'what is in the log has happened: record a new event that corrects it');
end;

-- `insert or replace` deletes without a delete trigger. What replaces nothing stands behind all that is there: at the next
-- version, and at the next position, which SQLite finds by itself. It is -1 as long as it has not.
create trigger events_are_appended before insert on events
when new.position not in (-1, (select coalesce(max(position), 0) + 1 from events))
    or new.version <> (select coalesce(max(version), 0) + 1 from events where stream = new.stream)
begin
    select raise(abort, 'events are appended, densely: what is in the log has happened');
end;

create trigger keys_are_not_updated before update on idempotency_keys begin
    select raise(abort, 'an idempotency key stands for what has happened');
end;

create trigger keys_are_not_deleted before delete on idempotency_keys begin
    select raise(abort, 'an idempotency key stands for what has happened');
end;

create trigger keys_are_not_replaced before insert on idempotency_keys
when exists (select 1 from idempotency_keys where key = new.key)
begin
    select raise(abort, 'an idempotency key stands for what has happened');
end;
