#!/bin/sh
# Runs a command with DATABASE_URL naming a PostgreSQL server of its own. The server is in a new folder,
# answers on a socket there and nowhere else, and is removed at the end, also after a failure.
# Needs PostgreSQL 15 or newer; gets it with apt-get where that asks for no password.
# Ends as the command does, or with 69 if no server can be had.
set -eu

# Debian keeps the server's programs out of the path: a folder for each version, the newest last.
find_server() {
  for initdb in "$(command -v initdb || true)" $(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V); do
    if [ -x "$initdb" ]; then bin="$(dirname "$initdb")"; fi
  done
  [ -n "${bin:-}" ]
}

install_server() {
  command -v apt-get >/dev/null || return 1
  root=""
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || return 1
    root="sudo -n"
  fi
  echo "Installing PostgreSQL with apt-get ..." >&2
  apt="$root env DEBIAN_FRONTEND=noninteractive apt-get -qq"
  $apt update >&2 </dev/null && $apt install -y postgresql >&2 </dev/null
}

if ! find_server && ! { install_server && find_server; }; then
  echo "There is no PostgreSQL server here, and none could be installed: install postgresql." >&2
  exit 69
fi

# The server refuses to run as root.
as_owner=""
if [ "$(id -u)" = 0 ]; then as_owner="runuser -u postgres --"; fi

folder="" # none until there is one to remove
stop() {
  [ -n "$folder" ] || return 0
  $as_owner "$bin/pg_ctl" stop --silent --mode=immediate --pgdata="$folder/data" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
cd "$(dirname "$0")/.."
trap stop EXIT
trap 'exit 130' INT TERM HUP
folder="$(mktemp -d /tmp/legwork-pg.XXXXXX)" # a short one: the path of a socket cannot be long
if [ -n "$as_owner" ]; then chown postgres "$folder"; fi
# An English order of words, since that is what a site has, and what SQLite has not.
(
  cd "$folder"
  $as_owner "$bin/initdb" --pgdata="$folder/data" --username=legwork --auth=trust --no-sync \
    --encoding=UTF8 --locale=C --locale-provider=icu --icu-locale=en >"$folder/initdb.log" ||
    { cat "$folder/initdb.log" >&2; exit 1; }
  # Nothing of it has to outlive the machine.
  $as_owner "$bin/pg_ctl" start --silent --wait --pgdata="$folder/data" --log="$folder/data/log" --options="\
    -c listen_addresses='' -c unix_socket_directories=$folder -c fsync=off -c full_page_writes=off \
    -c synchronous_commit=off" || { cat "$folder/data/log" >&2; exit 1; }
  $as_owner "$bin/createdb" --host="$folder" --username=legwork legwork
)
export PATH="$bin:$PATH"
export DATABASE_URL="postgres://legwork@/$folder/legwork"
"$@"
