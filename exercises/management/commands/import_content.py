from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from exercises import exchange, files


class Command(BaseCommand):
    help = "Bring a folder of content files into the drafts: all of it, or nothing. Readers see no change."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="Only say what would change.")

    def handle(self, *args, folder: Path, dry_run: bool, **options):
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        try:
            report = exchange.take_in(files.read_folder(folder), is_trial=dry_run)
        except files.ContentError as error:
            raise CommandError(f"Nothing was imported.\n{error}") from error
        for entry in report.entries:
            self.stdout.write(f"{'New' if entry.is_new else 'Changed'}: {entry.kind} {entry.after.slug}")
            for change in entry.changes:
                self.stdout.write(f"  {change}")
        for sentence in report.left_out:
            self.stdout.write(sentence)
        new = sum(entry.is_new for entry in report.entries)
        counts = f"{new} new, {len(report.entries) - new} changed, {report.unchanged} as before."
        self.stdout.write(f"Nothing was written. It would be {counts}" if dry_run else f"Imported: {counts}")
