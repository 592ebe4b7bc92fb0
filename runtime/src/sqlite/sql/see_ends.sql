-- What a batch saw, which has to be so.
insert into stream_ends (stream, version, commit_id) values (?, ?, ?);
