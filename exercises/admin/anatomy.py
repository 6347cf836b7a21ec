from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .. import publishing
from ..contexts import muscle_context
from ..models import JointAction, Muscle, MuscleGroup, Publication
from .publishable import LONG_TEXT, KeepsItsSlug, PublishableAdmin


@admin.register(MuscleGroup)
class MuscleGroupAdmin(admin.ModelAdmin):
    list_display = ["name", "everyday_name", "order"]
    search_fields = ["name", "everyday_name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(JointAction)
class JointActionAdmin(admin.ModelAdmin):
    list_display = ["name", "summary"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Muscle)
class MuscleAdmin(KeepsItsSlug, PublishableAdmin):
    list_display = ["name", "everyday_name", "group", "live_version"]
    list_filter = ["group"]
    list_select_related = ["group"]
    search_fields = ["name", "everyday_name", "aliases"]
    autocomplete_fields = ["head_of"]
    filter_horizontal = ["actions"]
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = LONG_TEXT
    fieldsets = [
        (None, {"fields": ["name", "everyday_name", "aliases", "slug", "group", "order"]}),
        ("Anatomy", {"fields": ["location", "function", "actions", "head_of"]}),
        ("On the map", {"fields": ["region", "is_deep"]}),
    ]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        muscle = self.get_thing(request, pk)
        document = publishing.preview(muscle)
        muscles = {
            publication.content: publication.muscle_id
            for publication in Publication.objects.muscles().live().exclude(muscle=muscle)
        }
        context = muscle_context(document, {**muscles, document: muscle.pk})
        context |= self.preview_context(request, muscle)
        return render(request, "muscles/muscle_detail.html", context)
