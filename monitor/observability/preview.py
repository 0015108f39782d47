"""`make grafana-preview`: Grafana's dashboards drawn in a terminal, by grafatui, from a Prometheus that runs."""

import shutil
import subprocess
import sys
from pathlib import Path

from monitor.observability.rule import Board

PROMETHEUS = "http://127.0.0.1:9090"
_WITHOUT = "grafatui draws them: install it with `cargo install grafatui`, and put ~/.cargo/bin on the PATH."


def main(arguments: list[str]) -> int:
    """The board (its uid, or a part of it) and the address of Prometheus, both of which may be left out."""
    grafatui = shutil.which("grafatui") or shutil.which("grafatui", path=str(Path.home() / ".cargo/bin"))
    board = next((each for each in Board if arguments and arguments[0] in each), None)
    if grafatui is None or (arguments and board is None):
        boards = ", ".join(Board)
        print(_WITHOUT if grafatui is None else f"There are {boards}, and no {arguments[0]}.", file=sys.stderr)
        return 2
    file = Path("grafana/dashboards") / f"{board or Board.COMPLIANCE}.json"
    prometheus = arguments[1] if len(arguments) > 1 else PROMETHEUS
    command = [grafatui, "--grafana-json", str(file), "--prometheus-url", prometheus, "--range", "1h"]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
