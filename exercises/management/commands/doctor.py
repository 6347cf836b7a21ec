from django.core.management.base import BaseCommand, CommandError

from exercises import doctor


class Command(BaseCommand):
    help = (
        "Look for what is wrong with the site's data, say what to do, and with --mend do what can be done. "
        "With --verbosity 0 say nothing of what is right."
    )
    requires_system_checks = []  # a site that does not pass them can still be looked at

    def add_arguments(self, parser):
        parser.add_argument("--mend", action="store_true", help="Mend what can be mended.")

    def handle(self, *args, mend: bool, verbosity: int, **options):
        count = mendable = 0
        title = ""
        for result in doctor.look(mend):
            title, left, mended = result.title, result.left, result.mended
            problems = [problem for problem in left if not problem.is_litter]
            word = "problem" if problems else "mended" if mended else "ok"
            if verbosity or word != "ok":
                self.stdout.write(f"{word:8} {title}")
            for problem in mended:
                self.stdout.write(f"         mended: {problem.what}")
            for problem in left:
                advice = problem.advice or "manage.py doctor --mend mends this."
                self.stdout.write(f"         {problem.what} {advice}")
            count += len(problems)
            mendable += sum(problem.mend is not None for problem in problems)
        if title != list(doctor.CHECKS)[-1]:
            self.stdout.write("The rest could not be looked at before that is mended.")
        if count:
            can = f" --mend mends {mendable} of them." if mendable else ""
            raise CommandError(f"Problems: {count}.{can}")
