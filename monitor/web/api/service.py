"""`/api/v1`: for programs. An application of its own: its errors are problems, and no cookie opens it."""

from typing import Any

from fastapi import FastAPI

from monitor import __version__
from monitor.web.api import deciding, reading
from monitor.web.api.problems import Problem, answer_problems

PREFIX = "/api/v1"
_ABOUT = """For programs that read what the monitor found, and for those that decide on behalf of a registrar.

Tokens come from the OpenID provider by client credentials. Roles and forces are those of its claims: what lies in
another force is answered as if it were not there. Every look at an incident is entered in the audit log."""


class Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """With the problems, which no route answers with by itself."""
        if self.openapi_schema is None:
            made = super().openapi()
            schemas = made["components"]["schemas"]
            template = "#/components/schemas/{model}"
            problem = Problem.model_json_schema(ref_template=template)
            schemas |= problem.pop("$defs", {}) | {"Problem": problem}
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
        return self.openapi_schema or {}


def create_api(state: dict[str, Any]) -> Api:
    """`state`: what the routes find at the application."""
    api = Api(
        title="Recording compliance monitor",
        version=__version__,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        servers=[{"url": PREFIX}],
        root_path_in_servers=False,
    )
    for name, value in state.items():
        setattr(api.state, name, value)
    for module in (deciding, reading):
        api.include_router(module.router)
    answer_problems(api)
    return api
