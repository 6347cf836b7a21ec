"""An editor who saves the same thing again and again: python -m tests.saving_editor KIND NAME FIELD TIMES.

What is refused, because the other has saved meanwhile, is opened afresh and saved again, as a person would.
Prints how often that was.
"""

import sys

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.test import Client  # noqa: E402

from tests.admin_forms import fields_of, url  # noqa: E402


def main(kind: str, name: str, field: str, times: int) -> None:
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=name))
    thing = apps.get_model("exercises", kind).objects.order_by("pk").first()
    refused = 0
    for number in range(times):
        while True:
            opened = client.get(url("change", thing))
            data = {**fields_of(opened), "_seen": opened.context["seen"], field: f"{name} {number}"}
            status = client.post(url("change", thing), data).status_code
            if status == 302:
                break
            assert status == 200, status
            refused += 1
    print(refused)


if __name__ == "__main__":
    from django.test.utils import setup_test_environment

    setup_test_environment()  # so that responses have their contexts
    main(*sys.argv[1:4], int(sys.argv[4]))
