from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from exercises import backups


class Command(BaseCommand):
    help = "Keep database, uploaded media and secret key in one file. The site may go on meanwhile."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="Is made if it is not there. Best on another disk.")
        parser.add_argument(
            "--keep", type=int, default=7, metavar="N", help="How many backups stay in the folder; 7."
        )

    def handle(self, *args, folder: Path, keep: int, **options):
        if keep < 1:
            raise CommandError("Keep at least one: --keep 1.")
        try:
            path = backups.make(folder, keep)
        except (backups.BackupError, OSError) as error:
            raise CommandError(f"There is no new backup. {error}") from error
        self.stdout.write(f"{path}, {path.stat().st_size / 1e6:.1f} MB. Whoever has it has the site.")
