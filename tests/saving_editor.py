"""An editor who saves the same exercise again and again: python -m tests.saving_editor NAME FIELD TIMES.

What is refused, because the other has saved meanwhile, is opened afresh and saved again, as a person would.
Prints how often that was.
"""

import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.test import Client  # noqa: E402

from exercises.models import Exercise  # noqa: E402
from tests.admin_forms import fields_of, url  # noqa: E402


def main(name: str, field: str, times: int) -> None:
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=name))
    exercise = Exercise.objects.get()
    refused = 0
    for number in range(times):
        while True:
            opened = client.get(url("change", exercise))
            data = {**fields_of(opened), "_seen": opened.context["seen"], field: f"{name} {number}"}
            status = client.post(url("change", exercise), data).status_code
            if status == 302:
                break
            assert status == 200, status
            refused += 1
    print(refused)


if __name__ == "__main__":
    from django.test.utils import setup_test_environment

    setup_test_environment()  # so that responses have their contexts
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
