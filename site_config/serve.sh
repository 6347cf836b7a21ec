#!/bin/sh
# Brings the database, the starter content and the static files up to date, then serves the site.
# PYTHON, HOST, PORT, WORKERS and THREADS can be set; the rest is in settings.py.
set -eu
python="${PYTHON:-python}"
host="${HOST:-127.0.0.1}"
port="${PORT:-8000}"
export SITE_URL="${SITE_URL:-http://127.0.0.1:$port}"
# Memory that one thread has given back is used by the others, so that a worker hardly grows (glibc).
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"

"$python" manage.py prepare
echo
echo "Legwork is at $SITE_URL (stop it with Ctrl-C)."
echo "To edit, make the first staff account: $python manage.py createsuperuser"
echo "and sign in at $SITE_URL/admin/"
echo
# An address of ours has at most a few hundred characters, the longest filter of a list some thousand.
exec "$python" -m gunicorn site_config.wsgi --config site_config/gunicorn.py --bind "$host:$port" \
  --limit-request-line 4094 --limit-request-fields 60 --limit-request-field_size 8190 \
  --workers "${WORKERS:-2}" --threads "${THREADS:-8}" --log-level warning --max-requests 10000 --max-requests-jitter 1000
