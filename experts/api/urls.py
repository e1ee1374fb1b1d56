"""Paths of the finding, with and without the trailing slash."""

from django.urls import re_path

from experts.api.views import ExpertViewSet

urlpatterns = [
    re_path(r"^experts/?$", ExpertViewSet.as_view({"get": "list"}), name="experts"),
]
