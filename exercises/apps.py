from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed


class ExercisesConfig(AppConfig):
    name = "exercises"
    verbose_name = "Content"

    def ready(self):
        from . import editing

        # Django tells of sign-ins in no other way.
        user_logged_in.connect(editing.note_sign_in, dispatch_uid="audit sign-in")
        user_login_failed.connect(editing.note_failed_sign_in, dispatch_uid="audit failed sign-in")


class DeskConfig(AdminConfig):
    default_site = "exercises.admin_site.DeskSite"
