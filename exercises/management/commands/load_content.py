from django.core.management.base import BaseCommand, CommandError

from exercises import starter


class Command(BaseCommand):
    help = "Load and publish the starter content. Leaves alone what staff changed or deleted."

    def handle(self, *args, **options):
        try:
            report = starter.load()
        except starter.ContentError as error:
            raise CommandError(str(error)) from error
        for sentence in report.skipped:
            self.stdout.write(f"Skipped {sentence}")
        self.stdout.write(
            f"Starter content: {len(report.new)} new, {len(report.updated)} updated, "
            f"{len(report.unchanged)} as before, {len(report.skipped)} skipped."
        )
