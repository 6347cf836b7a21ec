from django.contrib import admin

from ..models import Term
from .inlines import SHORT_TEXT
from .merging import Merges
from .publishable import KeepsItsSlug, PublishableAdmin
from .states import StateFilter


@admin.register(Term)
class TermAdmin(KeepsItsSlug, Merges, PublishableAdmin):
    list_display = ["name", "definition", "status"]
    list_filter = [StateFilter]
    search_fields = ["name", "aliases", "definition"]
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = SHORT_TEXT
    fields = ["name", "slug", "definition", "aliases"]
