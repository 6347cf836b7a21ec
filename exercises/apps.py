from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed


class ExercisesConfig(AppConfig):
    name = "exercises"
    verbose_name = "Content"

    def ready(self):
        from . import editing, guarding

        # Django tells of sign-ins in no other way.
        user_logged_in.connect(editing.note_sign_in, dispatch_uid="audit sign-in")
        user_login_failed.connect(editing.note_failed_sign_in, dispatch_uid="audit failed sign-in")
        from axes.signals import user_locked_out  # last, so that a failure is noted before what it leads to

        user_locked_out.connect(editing.note_lock_out, dispatch_uid="audit lock-out")
        user_logged_in.connect(guarding.begin_session, dispatch_uid="begin session")


class DeskConfig(AdminConfig):
    default_site = "exercises.admin_site.DeskSite"
