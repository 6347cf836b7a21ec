import msgspec
from django.core.management.base import BaseCommand
from django.db import transaction

from exercises import document as documents
from exercises import indexing, markdown, rendering, site_version
from exercises.models import Publication, SearchEntry
from exercises.models.publication import digest_of


class Command(BaseCommand):
    help = (
        "Make the HTML of all published documents anew, as far as another version of the renderer made it. "
        "Nothing else of them changes. `prepare` does this on each start."
    )

    @transaction.atomic
    def handle(self, *args, verbosity: int, **options):
        publications = Publication.objects.select_for_update()
        # Found by their text, without reading them all; inside of a string these quotes would be escaped.
        outdated = publications.filter(document__contains='"renderer":')
        outdated = outdated.exclude(document__contains=f'"renderer":"{markdown.VERSION}"')
        count = 0
        for key in list(outdated.order_by("pk").values_list("pk", flat=True)):
            publication = publications.get(pk=key)
            if digest_of(publication.document) != publication.digest:
                self.stderr.write(f"{publication} is left: it is not as it was published (manage.py doctor).")
                continue
            try:
                document = rendering.anew(publication.content)
            except msgspec.MsgspecError as error:
                self.stderr.write(f"{publication} is left: it cannot be read ({error}).")
                continue
            publication.document = documents.to_json(document)
            publication.digest = digest_of(publication.document)
            publication.save(update_fields=["document", "digest"])
            if SearchEntry.objects.filter(publication=publication).delete()[0]:
                indexing.search_entry(publication, document).save()
            count += 1
        if count:
            site_version.note_change()
        if count and verbosity:
            self.stdout.write(f"Documents rendered anew: {count}.")
