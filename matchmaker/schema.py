"""What the OpenAPI document says beyond the views: paths once, refusals and ids everywhere."""

from collections.abc import Iterator
from typing import Any

PROBLEM = "application/problem+json"
REFUSALS = {
    "400": "Malformed or invalid; `errors` points to what is wrong.",
    "414": "The address is longer than 8190 bytes.",
    "431": "Too many or too long header fields.",
    "503": "Not able to answer; see Retry-After.",
}
NO_SUCH_PAGE = "No such page."
LIMITED = "429"
LIMITED_MEANS = "Too many requests; see Retry-After."
LIMITS = {
    "RateLimit": {
        "description": 'What is left, such as "address";r=29;t=42.',
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": 'What is allowed, such as "address";q=30;w=60.',
        "schema": {"type": "string"},
    },
}
UNLIMITED = {"/api/health/"}  # who watches over the product is always answered
REQUEST_ID = {
    "description": "Names this request in the server's log; a client may choose it.",
    "schema": {"type": "string"},
}
METHODS = {"get", "post", "put", "patch", "delete"}


def only_the_unversioned_paths(endpoints: list[tuple[Any, ...]], **_: Any) -> list[tuple[Any, ...]]:
    """Each path once, without its /api/v1/ twin."""
    return [endpoint for endpoint in endpoints if not endpoint[0].startswith("/api/v1/")]


def every_answer(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What any view may answer, where the view itself does not say it: refusals, limits, an id."""
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    unlimited = [
        operation for path in UNLIMITED for operation in result["paths"].get(path, {}).values()
    ]
    for operation in operations(result):
        responses = operation["responses"]
        refusals = dict(REFUSALS)
        is_limited = operation not in unlimited
        if is_limited:
            refusals[LIMITED] = LIMITED_MEANS
        if any(parameter["name"] == "page" for parameter in operation.get("parameters", ())):
            refusals["404"] = NO_SUCH_PAGE
        for code, meaning in refusals.items():
            described = {"description": meaning, "content": {PROBLEM: problem}}
            responses.setdefault(code, described)
        for code, response in responses.items():
            headers = response.setdefault("headers", {})
            headers["X-Request-ID"] = REQUEST_ID
            if is_limited and (code == LIMITED or code.startswith("2")):
                headers |= LIMITS
        operation["responses"] = dict(sorted(responses.items()))
    return result


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in METHODS)
