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
# A list errs on the long side: nobody is listed for a query that is probably not answered here, nor
# anybody who scores this far under what queries that nobody answers find first.
ANSWERED = 0.25  # least chance
LISTED = -2.0  # least deviations
READABLE = 0.5  # least share of the letters that the model can read


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
        """With `q` those who plausibly answer it, 200 at most, best first, and whoever it names
        before them; without, all of them by username."""
        asked = SearchSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        question = asked.validated_data.get("q", "").strip()
        found = ranked(question, asked.filters()) if question else listed(asked.filters())
        page = self.paginate_queryset(found)
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


def listed(filters: Constraints) -> ExpertQuerySet:
    return meeting(filters, Expert.objects.recommendable()).order_by("username")


def ranked(question: str, filters: Constraints) -> Sequence[Expert]:
    """Best first. Filters stand; a demand read out of the words gives way when nobody who
    may answer meets it."""
    reading = read_constraints(question)
    text = reading.text or question
    demands = reading.constraints.overridden_by(filters)
    found = plausible(text, demands, question)
    if not found and demands != filters:
        found = plausible(text, filters, question)
    return found


def plausible(text: str, demands: Constraints, question: str) -> Sequence[Expert]:
    """Those who meet the demands and may answer, and those whom the question names."""
    found = wiring.retriever().retrieve(text, demands, MOST_RANKED, relax=False, message=question)
    is_answered = found.signals.answerable >= ANSWERED and found.signals.readable >= READABLE
    return [
        one.expert
        for one in found.candidates
        if one.expert.username in found.named or (is_answered and one.margin >= LISTED)
    ]
