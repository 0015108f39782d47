"""`python -m monitor.web.api.document FILE` writes the API's OpenAPI document."""

import sys
from pathlib import Path

import orjson

from monitor.web.api.service import create_api


def document() -> str:
    return orjson.dumps(create_api({}).openapi(), option=orjson.OPT_INDENT_2).decode() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), "utf-8")
