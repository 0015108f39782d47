"""`python -m monitor.observability`: write deploy/ and grafana/ anew. It says what changed."""

import sys
from pathlib import Path

from monitor.errors import UserError
from monitor.observability.configuration import FILE, load_configuration
from monitor.observability.files import files


def main() -> int:
    try:
        made = files(load_configuration(FILE))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    for name, text in made.items():
        path = Path(name)
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
