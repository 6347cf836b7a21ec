from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from exercises import exchange, files
from exercises.models import Exercise


class Command(BaseCommand):
    help = "Write the drafts to a folder of content files: all, or some exercises and what they need."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="Is made if it is not there; has to be empty.")
        parser.add_argument(
            "--exercise", action="append", metavar="SLUG", help="Only this one and what it needs; repeatable."
        )

    def handle(self, *args, folder: Path, exercise: list[str] | None, **options):
        known = sorted(Exercise.objects.values_list("slug", flat=True))
        if strangers := sorted(set(exercise or ()) - set(known)):
            raise CommandError(
                f"There is no exercise “{strangers[0]}”. There is: {', '.join(known) or 'none'}."
            )
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CommandError(
                f"{folder} is not empty, and files in it could be lost. Choose another folder."
            )
        try:
            named = files.write(exchange.gather(exercise))
        except files.ContentError as error:
            raise CommandError(f"Nothing was written.\n{error}") from error
        for name, data in named.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.stdout.write(f"Wrote {len(named)} files to {folder}.")
