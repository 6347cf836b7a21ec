"""Each document gets the digest by which the doctor sees whether it is still as it was written."""

import hashlib

from django.db import migrations, models


def fill(apps, schema_editor):
    Publication = apps.get_model("exercises", "Publication")
    for publication in Publication.objects.only("document").iterator():
        publication.digest = hashlib.sha256(publication.document.encode()).hexdigest()
        publication.save(update_fields=["digest"])


class Migration(migrations.Migration):
    dependencies = [("exercises", "0012_pages_of_an_exercise")]
    operations = [
        migrations.AddField(
            "publication",
            "digest",
            models.CharField(
                default="", help_text="Of the document, as it was written: `digest_of`.", max_length=64
            ),
            preserve_default=False,
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
