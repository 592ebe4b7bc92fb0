select stream, max(version), max(position) from :"schema".events where commit_id = $1 group by stream order by max(position)
