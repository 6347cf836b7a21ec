from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("exercises.urls")),
]

handler404 = "exercises.views.machines.page_not_found"
