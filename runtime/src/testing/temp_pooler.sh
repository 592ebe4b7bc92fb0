# Runs a private PgBouncer for as long as standard input stays open, whatever becomes of the program at its other end, and
# leaves nothing behind. Arguments: the program, a folder to make, the folder of the server's socket, settings to ignore.
trap '' INT TERM HUP
program=$1 dir=$2 server=$3 ignore=$4

mkdir -m 0711 "$dir" || exit 1
# Few connections for many clients, so that calls of one client do meet different ones.
cat >"$dir/pgbouncer.ini" <<END
[databases]
* = host=$server port=5432 user=foldline
[pgbouncer]
unix_socket_dir = $dir
listen_port = 6432
auth_type = any
pool_mode = transaction
max_client_conn = 1000
default_pool_size = 8
ignore_startup_parameters = $ignore
END
"$program" "$dir/pgbouncer.ini" >"$dir/log" 2>&1 &
pooler=$!
while read -r _; do :; done
kill -KILL "$pooler" && wait "$pooler" 2>/dev/null
rm -rf "$dir"
