#!/bin/sh
# Brings the database, the starter content and the static files up to date, then serves the site.
# PYTHON, HOST, PORT, WORKERS and THREADS can be set; the rest is in settings.py.
set -eu
python="${PYTHON:-python}"
host="${HOST:-127.0.0.1}"
port="${PORT:-8000}"
export SITE_URL="${SITE_URL:-http://127.0.0.1:$port}"

"$python" manage.py migrate --verbosity 0
"$python" manage.py load_content
# Compressing the static files takes seconds: only when one of them, or what they come from, is new.
manifest="${DATA_DIR:-data}/static/staticfiles.json"
if [ ! -f "$manifest" ] || [ -n "$(find static requirements.txt -newer "$manifest")" ]; then
  "$python" manage.py collectstatic --no-input --verbosity 0
fi
echo
echo "Legwork is at $SITE_URL (stop it with Ctrl-C)."
echo "To edit, make the first staff account: $python manage.py createsuperuser"
echo "and sign in at $SITE_URL/admin/"
echo
exec "$python" -m gunicorn site_config.wsgi --config site_config/gunicorn.py --bind "$host:$port" \
  --workers "${WORKERS:-2}" --threads "${THREADS:-4}" --log-level warning --max-requests 10000 --max-requests-jitter 1000
