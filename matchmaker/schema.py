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
REQUEST_ID = {
    "description": "Names this request in the server's log; a client may choose it.",
    "schema": {"type": "string"},
}
METHODS = {"get", "post", "put", "patch", "delete"}


def only_the_unversioned_paths(endpoints: list[tuple[Any, ...]], **_: Any) -> list[tuple[Any, ...]]:
    """Each path once, without its /api/v1/ twin."""
    return [endpoint for endpoint in endpoints if not endpoint[0].startswith("/api/v1/")]


def every_answer(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """What any view may answer, where the view itself does not say it: refusals and an id."""
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    for operation in operations(result):
        responses = operation["responses"]
        refusals = dict(REFUSALS)
        if any(parameter["name"] == "page" for parameter in operation.get("parameters", ())):
            refusals["404"] = NO_SUCH_PAGE
        for code, meaning in refusals.items():
            described = {"description": meaning, "content": {PROBLEM: problem}}
            responses.setdefault(code, described)
        for response in responses.values():
            response.setdefault("headers", {})["X-Request-ID"] = REQUEST_ID
        operation["responses"] = dict(sorted(responses.items()))
    return result


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in METHODS)
