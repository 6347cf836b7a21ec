from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("exercises.urls")),
]

handler400 = "exercises.views.machines.bad_request"
handler403 = "exercises.views.machines.permission_denied"
handler500 = "exercises.views.machines.server_error"
handler404 = "exercises.views.machines.page_not_found"
