"""The API's own page at `/api`: drawn by us from the schema, under the same strict policy."""

from typing import Any

from litestar import Request
from litestar.openapi.plugins import OpenAPIRenderPlugin

from api.drawing import environment
from api.pages._page import language_of, shared

METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


class PlainPage(OpenAPIRenderPlugin):
    """Every operation with its words, parameters, body and answers; no script needed."""

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        lang = language_of(request)
        drawn = (
            environment(lang)
            .get_template("public/api.html")
            .render(
                **shared(request, lang),
                csrf_token="",
                theme="office",
                doors=doors(openapi_schema),
                title=openapi_schema["info"]["title"],
            )
        )
        return drawn.encode()


def doors(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """One entry an operation: method, path, summary, parameters, body shape, answers."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("description") or operation.get("summary") or "",
            "parameters": [f"{p['name']} ({p['in']})" for p in operation.get("parameters", [])],
            "body": body_of(operation),
            "answers": sorted(operation.get("responses", {})),
        }
        for path, operations in sorted(schema.get("paths", {}).items())
        for method, operation in operations.items()
        if method in METHODS
    ]


def body_of(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    names = [
        f"{kind}: {media.get('schema', {}).get('$ref', '').rpartition('/')[2] or 'bytes'}"
        for kind, media in content.items()
    ]
    return ", ".join(names)
