from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from exercises import guarding


class Command(BaseCommand):
    help = "Lets somebody sign in again who is locked out or has lost the second factor."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument(
            "--reset-second-factor", action="store_true", help="Then the password alone is enough."
        )

    def handle(self, *args, **options):
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no account named {options['username']!r}.")
        guarding.unlock(user, None, by_name="manage.py")
        self.stdout.write(f"{user} is not locked out.")
        if options["reset_second_factor"]:
            guarding.reset_second_factor(user, None, by_name="manage.py")
            self.stdout.write("The second factor is reset.")
