"""Is the process alive, is it ready, and what does it serve?"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from experts.search import wiring


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers; nothing else is touched."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Process, database, migrations and index; 503 names what is missing."""
    problems = {
        name: sentence
        for name, sentence in (("database", database_problem()), ("index", wiring.index_problem()))
        if sentence
    }
    body = {"status": "unavailable" if problems else "ok", "problems": problems}
    return JsonResponse(body, status=503 if problems else 200)


def database_problem() -> str:
    """Empty when the database answers and is migrated; else a sentence for operators.

    Once it was found migrated, a query that reads nothing is all it costs: the migrations of a
    running process do not change.
    """
    try:
        if is_migrated.known:
            ask_nothing()
            return ""
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, OSError):
        return "The database does not answer; see DATABASE_URL."
    if pending:
        return f"{len(pending)} migrations are not applied; run manage.py migrate."
    is_migrated.known = True
    return ""


def ask_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@dataclass
class Known:
    known: bool = False


is_migrated = Known()


class HealthSerializer(serializers.Serializer[dict[str, Any]]):
    status = serializers.ChoiceField(["ok", "unavailable"])
    index_size = serializers.IntegerField(help_text="Experts in the served index.")
    index_generation = serializers.CharField(allow_blank=True)
    database = serializers.ChoiceField(["ok", "unavailable"])
    language_model = serializers.ChoiceField(["configured", "none"])
    detail = serializers.CharField(allow_blank=True, help_text="What is wrong, when something is.")


class HealthView(APIView):
    """What is served. A missing language model is not unhealthy."""

    throttle_classes = ()

    @extend_schema(
        operation_id="health",
        auth=[],
        responses={
            200: HealthSerializer,
            503: OpenApiResponse(HealthSerializer, "Not able to answer visitors."),
        },
    )
    def get(self, request: Request) -> Response:
        database, index = database_problem(), wiring.index_problem()
        served = wiring.snapshots().current()
        body = {
            "status": "unavailable" if database or index else "ok",
            "index_size": served.size if served else 0,
            "index_generation": served.manifest.generation if served else "",
            "database": "unavailable" if database else "ok",
            "language_model": "configured"
            if settings.OPENAI_API_KEY or settings.OPENAI_BASE_URL
            else "none",
            "detail": " ".join(filter(None, (database, index))),
        }
        return Response(body, 503 if body["status"] == "unavailable" else 200)
