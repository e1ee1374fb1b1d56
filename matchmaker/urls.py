"""Routes. The probes /livez, /readyz and /metrics are answered before any of them."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation

from matchmaker import health, problems
from matchmaker.middleware import UNMATCHED
from matchmaker.pages import VisitorPage
from matchmaker.two_step import two_step

api: list[URLPattern | URLResolver] = [
    path("", include("conversations.api.urls")),
    path("", include("experts.api.urls")),
    re_path(r"^health/?$", health.HealthView.as_view()),
    re_path(
        r"^schema/?$",
        SpectacularAPIView.as_view(content_negotiation_class=DefaultContentNegotiation),
        name="schema",
    ),
    re_path(
        r"^docs/?$",
        SpectacularSwaggerSplitView.as_view(
            url="/api/schema/",
            content_negotiation_class=DefaultContentNegotiation,
            http_method_names=["get", "head"],
        ),
        name="docs",
    ),
]

urlpatterns = [
    path("", VisitorPage.as_view(template_name="chat.html"), name="home"),
    path("privacy/", VisitorPage.as_view(template_name="privacy.html"), name="privacy"),
    path("admin/two-step/", admin.site.admin_view(two_step), name="two_step"),
    path("admin/", admin.site.urls),
    path("api/v1/", include((api, "v1"))),
    path("api/", include(api)),
    # With DEBUG on, Django's own page would answer what nothing above has taken.
    re_path(r"^api(?:/.*)?$", csrf_exempt(problems.not_found), name=UNMATCHED),
]

handler400 = "matchmaker.problems.bad_request"
handler404 = "matchmaker.problems.not_found"
handler500 = "matchmaker.problems.server_error"
