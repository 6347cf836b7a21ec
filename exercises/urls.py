from django.urls import include, path, re_path

from .document import MEDIA_NAME
from .views import evidence, exercises, glossary, machines, media, muscles, pages, previews, reports, search

exercise_urls = [
    path("", exercises.exercise_detail, name="exercise_detail"),
    path("panel/", exercises.exercise_panel, name="exercise_panel"),
    path("v/<int:number>/", exercises.exercise_version, name="exercise_version"),
    path("v/<int:number>/panel/", exercises.exercise_version_panel, name="exercise_version_panel"),
]

urlpatterns = [
    path("", pages.home, name="home"),
    path("about/", pages.about, name="about"),
    path("exercises/", exercises.exercise_list, name="exercise_list"),
    path("exercises/<slug:slug>/", include(exercise_urls)),
    path("muscles/", muscles.muscle_list, name="muscle_list"),
    path("muscles/<slug:slug>/", muscles.muscle_detail, name="muscle_detail"),
    path("evidence/", evidence.study_list, name="study_list"),
    path("evidence/<slug:slug>/", evidence.study_detail, name="study_detail"),
    path("glossary/", glossary.term_list, name="term_list"),
    path("glossary/<slug:slug>/", glossary.term_detail, name="term_detail"),
    path("search/", search.search, name="search"),
    path("preview/<slug:token>/", previews.preview, name="preview"),
    path("preview/<slug:token>/panel/", previews.preview_panel, name="preview_panel"),
    re_path(rf"^media/(?P<name>{MEDIA_NAME})$", media.media_file, name="media_file"),
    path("csp-report", reports.csp_report, name="csp_report"),
    path("healthz", machines.healthz, name="healthz"),
    path("readyz", machines.readyz, name="readyz"),
    path("robots.txt", machines.robots, name="robots"),
    path("feed.xml", machines.feed, name="feed"),
    path("sitemap.xml", machines.sitemap, name="sitemap"),
    path("sitemap-<slug:section>.xml", machines.sitemap_section, name="sitemap_section"),
]
