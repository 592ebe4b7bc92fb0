# Runs a private PostgreSQL server for as long as standard input stays open, whatever becomes of the program at its other
# end, and leaves nothing behind. Arguments: the folder of the server's programs, a folder to make,
# and maybe a second one, where there is little room.
trap '' INT TERM HUP
bin=$1 dir=$2

start() {
    # Only a socket in our own folder: no port to collide on, and nobody else gets in.
    "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=200 \
        -c logging_collector=off >>"$dir/log" 2>&1 &
    server=$!
}

mkdir -m 0711 "$dir" || exit 1
[ -z "$3" ] || mkdir "$3" || exit 1
if "$bin/initdb" -D "$dir/data" -U foldline -A trust -E UTF8 --no-locale --no-sync >"$dir/log" 2>&1; then
    start
    while read -r order; do
        case $order in
        crash) kill -QUIT "$server"; wait "$server"; rm -f "$dir/data/postmaster.pid"; echo crashed ;;
        start) start ;;
        esac
    done
    kill -QUIT "$server" && wait "$server"
else
    cat "$dir/log" >&2
fi
rm -rf "$dir"
