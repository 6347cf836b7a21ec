"""Documents of schema 1 become documents of schema 2.

Two texts of an exercise have become Markdown, so their HTML is now part of the document. Effects stay
without a grade: when these were published, nothing was graded.
"""

import html
import json

from django.db import migrations


def upgraded(text: str) -> str:
    """The JSON of a document of schema 1, as schema 2 has it."""
    document = json.loads(text)
    document["schema"] = 2
    for cue in document.get("cues", []):
        if cue.get("how_sure"):
            cue["how_sure_html"] = html.escape(cue["how_sure"], quote=False)
    for axis in document.get("axes", []):
        for option in axis["options"]:
            if option.get("caution_source"):
                option["caution_source_html"] = html.escape(option["caution_source"], quote=False)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def upgrade(apps, schema_editor):
    Publication = apps.get_model("exercises", "Publication")
    for publication in Publication.objects.iterator():
        if json.loads(publication.document).get("schema") == 1:
            publication.document = upgraded(publication.document)
            publication.save(update_fields=["document"])


class Migration(migrations.Migration):
    dependencies = [("exercises", "0002_evidence")]
    operations = [migrations.RunPython(upgrade, migrations.RunPython.noop)]
