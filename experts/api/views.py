"""GET /api/experts/: the directory, searched or listed, without leaving a lead."""

from collections.abc import Sequence

from drf_spectacular.utils import extend_schema
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from experts.api.serializers import PublicProfileSerializer, SearchSerializer
from experts.models import Expert, ExpertQuerySet
from experts.search import wiring
from experts.search.constraints import Constraints, read_constraints
from experts.search.rows import meeting

MOST_RANKED = 200  # further down, an order by relevance means nothing


class TwentyAPage(PageNumberPagination):
    page_size = 20


class ExpertViewSet(GenericViewSet[Expert]):
    """Experts who may be shown."""

    queryset = Expert.objects.none()  # only tells the schema what this is about
    serializer_class = PublicProfileSerializer
    pagination_class = TwentyAPage
    filter_backends = ()

    @extend_schema(
        operation_id="experts_list",
        auth=[],
        parameters=[SearchSerializer],
        responses={200: PublicProfileSerializer(many=True)},
    )
    def list(self, request: Request) -> Response:
        """With `q` the best 200 for it, best first; without, all of them by username."""
        asked = SearchSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        question = asked.validated_data.get("q", "").strip()
        found = ranked(question, asked.filters()) if question else listed(asked.filters())
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def listed(filters: Constraints) -> ExpertQuerySet:
    return meeting(filters, Expert.objects.recommendable()).order_by("username")


def ranked(question: str, filters: Constraints) -> Sequence[Expert]:
    """Best first. Filters stand; a demand read out of the words gives way when nobody meets it."""
    reading = read_constraints(question)
    retriever = wiring.retriever()
    demands = reading.constraints.overridden_by(filters)
    found = retriever.retrieve(reading.text, demands, MOST_RANKED, relax=False)
    if not found.candidates and demands != filters:
        found = retriever.retrieve(reading.text, filters, MOST_RANKED, relax=False)
    return [candidate.expert for candidate in found.candidates]
