-- The last event of each stream.
create view stream_ends (stream, version, commit_id) as
    select stream, max(version), commit_id from events group by stream;

-- To insert the end of a stream is to say that this is how it was seen: null and null, if it had no events. Whoever is wrong
-- about one of them is refused.
create trigger stream_ends_are_as_seen instead of insert on stream_ends
when (select e.version, e.commit_id from events e where e.stream = new.stream order by e.version desc limit 1)
    is not (new.version, new.commit_id)
begin
    select raise(abort, 'a stream is not as it was seen');
end;
