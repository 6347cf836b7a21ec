from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from exercises import backups


class Command(BaseCommand):
    help = "Put database, media and secret key back to a backup. Stop the site first. The old ones are kept."
    requires_system_checks = []  # what they would complain of may be what is to be restored

    def add_arguments(self, parser):
        parser.add_argument("backup", type=Path, help="A file that manage.py backup has written.")
        parser.add_argument("--check", action="store_true", help="Only check that the backup is whole.")

    def handle(self, *args, backup: Path, check: bool, **options):
        try:
            if check:
                manifest = backups.read(backup)
                made_at = f"{manifest.made_at:%Y-%m-%d %H:%M}"
                self.stdout.write(f"It is whole: {len(manifest.files)} files of {made_at} UTC.")
                return
            restored = backups.restore(backup)
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"{backup} was not restored. {error}") from error
        self.stdout.write(
            f"The site is as it was at {restored.manifest.made_at:%Y-%m-%d %H:%M} UTC. "
            f"What was here before is in {restored.aside}.\n"
            "Now: manage.py migrate, manage.py doctor, start the site, look at it. Then delete that folder."
        )
        if restored.has_other_key:
            self.stdout.write(
                "SECRET_KEY is set, and not to the backup's key: everybody has to sign in again. "
                f"The backup's key is in {settings.DATA_DIR / backups.KEY}."
            )
