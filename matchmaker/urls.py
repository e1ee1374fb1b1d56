"""Routes."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from matchmaker import health

api = [
    path("", include("conversations.api.urls")),
    path("", include("experts.api.urls")),
    re_path(r"^health/?$", health.HealthView.as_view()),
    re_path(r"^schema/?$", SpectacularAPIView.as_view(), name="schema"),
    re_path(r"^docs/?$", SpectacularSwaggerView.as_view(url="/api/schema/"), name="docs"),
]

urlpatterns = [
    path("", TemplateView.as_view(template_name="chat.html"), name="home"),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api, "v1"))),
    path("api/", include(api)),
    re_path(r"^livez/?$", health.livez),
    re_path(r"^readyz/?$", health.readyz),
]

handler400 = "matchmaker.problems.bad_request"
handler404 = "matchmaker.problems.not_found"
handler500 = "matchmaker.problems.server_error"
