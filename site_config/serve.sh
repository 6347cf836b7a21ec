#!/bin/sh
# Brings the database, the starter content and the static files up to date, then serves the site.
# PYTHON, HOST, PORT, WORKERS and THREADS can be set; the rest is in settings.py.
set -eu
python="${PYTHON:-python}"
host="${HOST:-127.0.0.1}"
port="${PORT:-8000}"
export SITE_URL="${SITE_URL:-http://127.0.0.1:$port}"

migrated="$("$python" manage.py migrate --no-color)"
"$python" manage.py load_content
# Compressing the static files takes seconds: only when one of them, or what they come from, is new.
manifest="${DATA_DIR:-data}/static/staticfiles.json"
if [ ! -f "$manifest" ] || [ -n "$(find static requirements.txt -newer "$manifest")" ]; then
  "$python" manage.py collectstatic --no-input --verbosity 0
fi
# A newer schema can have marks and index rows that only a look at all documents can fill.
case "$migrated" in
  *Applying*) "$python" manage.py doctor --mend --verbosity 0 || true ;;
esac
echo
echo "Legwork is at $SITE_URL (stop it with Ctrl-C)."
echo "To edit, make the first staff account: $python manage.py createsuperuser"
echo "and sign in at $SITE_URL/admin/"
echo
# An address of ours has at most a few hundred characters, the longest filter of a list some thousand.
exec "$python" -m gunicorn site_config.wsgi --config site_config/gunicorn.py --bind "$host:$port" \
  --limit-request-line 4094 --limit-request-fields 60 --limit-request-field_size 8190 \
  --workers "${WORKERS:-2}" --threads "${THREADS:-4}" --log-level warning --max-requests 10000 --max-requests-jitter 1000
