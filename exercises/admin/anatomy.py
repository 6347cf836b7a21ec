from django.contrib import admin

from .. import drafts
from ..models import JointAction, Muscle, MuscleGroup
from .copied import CopiedAdmin
from .inlines import LONG_TEXT
from .merging import Merges
from .publishable import KeepsItsSlug, PublishableAdmin
from .states import StateFilter


@admin.register(MuscleGroup)
class MuscleGroupAdmin(CopiedAdmin):
    value_of = drafts.group_value
    list_display = ["name", "everyday_name", "order"]
    search_fields = ["name", "everyday_name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(JointAction)
class JointActionAdmin(CopiedAdmin):
    value_of = drafts.action_value
    list_display = ["name", "summary"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Muscle)
class MuscleAdmin(KeepsItsSlug, Merges, PublishableAdmin):
    list_display = ["name", "everyday_name", "group", "status"]
    list_filter = [StateFilter, "group"]
    list_select_related = ["group", "merged_into"]
    search_fields = ["name", "everyday_name", "aliases"]
    filter_horizontal = ["actions"]
    prepopulated_fields = {"slug": ["name"]}
    formfield_overrides = LONG_TEXT
    fieldsets = [
        (None, {"fields": ["name", "everyday_name", "aliases", "slug", "group", "order"]}),
        ("Anatomy", {"fields": ["location", "function", "actions", "head_of"]}),
        ("On the map", {"fields": ["region", "is_deep"]}),
    ]
