from django.core.management.base import BaseCommand, CommandError

from exercises import moving


class Command(BaseCommand):
    help = "Copy the SQLite database into an empty PostgreSQL one and compare every row. Stop the site first."

    def add_arguments(self, parser):
        parser.add_argument("url", help="postgres://user:password@host/name, as DATABASE_URL will be.")

    def handle(self, *args, url: str, **options):
        try:
            counts = moving.move(url)
        except moving.MoveError as error:
            raise CommandError(f"Nothing was moved. {error}") from error
        for table, count in counts.items():
            self.stdout.write(f"{count:8} {table}")
        self.stdout.write(
            f"{sum(counts.values()):8} rows in all, each of them there as it is here.\n"
            "Now set DATABASE_URL to that address and start the site. The SQLite database is as it was."
        )
