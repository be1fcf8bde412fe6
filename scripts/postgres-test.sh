#!/bin/sh
# Starts a throw-away PostgreSQL for the tests on 127.0.0.1:54329 (data in the
# temporary folder, no fsync: it holds nothing that matters) and prints its URL.
# Usage: scripts/postgres-test.sh start|stop
set -eu
DIR="${WENGANG_PG_DIR:-${TMPDIR:-/tmp}/wengang-pg-$(id -u)}"
PORT=54329
BIN="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)"
[ -n "$BIN" ] || BIN="$(dirname "$(command -v postgres)")"

# PostgreSQL refuses to run as root.
as() {
	if [ "$(id -u)" = 0 ]; then su -s /bin/sh postgres -c "$1"; else sh -c "$1"; fi
}

case "${1:-start}" in
start)
	if ! "$BIN/pg_isready" -q -h 127.0.0.1 -p $PORT; then
		rm -rf "$DIR"
		mkdir -p "$DIR"
		[ "$(id -u)" != 0 ] || chown postgres "$DIR"
		chmod 700 "$DIR"
		as "'$BIN/initdb' -D '$DIR/data' -U wengang --auth=trust --encoding=UTF8 --locale=C.UTF-8 >'$DIR/init.log' 2>&1"
		as "'$BIN/pg_ctl' -D '$DIR/data' -w -l '$DIR/server.log' -o '-p $PORT -k $DIR -h 127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=128MB' start >/dev/null"
	fi
	echo "postgres://wengang@127.0.0.1:$PORT/postgres"
	;;
stop)
	as "'$BIN/pg_ctl' -D '$DIR/data' -m immediate stop >/dev/null" || true
	;;
esac
