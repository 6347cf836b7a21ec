from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# What the collected static files come from: ours, and those of libraries.
SOURCES = ("static", "requirements.txt")


class Command(BaseCommand):
    help = (
        "Bring the database, the starter content and the static files up to date, as far as they are not. "
        "serve.sh does this before it starts the server."
    )

    def handle(self, *args, **options):
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            call_command("migrate", interactive=False, verbosity=0)
            self.stdout.write(f"Migrations applied: {len(plan)}.")
        call_command("rerender", stdout=self.stdout, stderr=self.stderr)
        call_command("load_content", stdout=self.stdout)
        if is_stale(settings.STATIC_ROOT / "staticfiles.json"):
            call_command("collectstatic", interactive=False, verbosity=0)
        if plan:
            # A newer schema can have marks and index rows that only a look at all documents can fill.
            try:
                call_command("doctor", mend=True, verbosity=0, stdout=self.stdout)
            except CommandError as error:  # what is left does not keep the site from being served
                self.stderr.write(str(error))


def is_stale(manifest: Path) -> bool:
    """Whether a static file, or what they come from, is newer than what was collected. Collecting compresses
    them, which takes seconds."""
    if not manifest.exists():
        return True
    collected = manifest.stat().st_mtime
    sources = [settings.BASE_DIR / name for name in SOURCES]
    files = [file for source in sources for file in (source, *source.rglob("*"))]
    return any(file.stat().st_mtime > collected for file in files if file.exists())
