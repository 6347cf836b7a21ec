from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ExercisesConfig(AppConfig):
    name = "exercises"


class DeskConfig(AdminConfig):
    default_site = "exercises.admin_site.DeskSite"
