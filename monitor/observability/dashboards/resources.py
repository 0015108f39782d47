"""Resources: what the workers take of the machine."""

from monitor.observability.dashboards.spec import BoardSpec, Kind, PanelSpec, Query, RowSpec
from monitor.observability.promql import JOB
from monitor.observability.rule import Board

OURS = f'{{job="{JOB}"}}'
WINDOW = "$__rate_interval"
WORKER = "{{instance}}"


def _lines(key: str, title: str, description: str, unit: str, *queries: Query) -> PanelSpec:
    return PanelSpec(key, title, description, unit, Kind.LINES, queries, width=12)


RESOURCES = BoardSpec(
    board=Board.RESOURCES,
    title="Resources",
    description="Processor, memory, files and garbage collection of the workers, and what scraping them costs.",
    tags=("recording-monitor", "operations"),
    since="now-6h",
    rows=(
        RowSpec(
            "Workers",
            (
                _lines(
                    "cpu",
                    "Processor",
                    (
                        "Cores in use by each worker. Python judges on one core; the rest is the database driver "
                        "and decoding."
                    ),
                    "cores",
                    Query(f"rate(process_cpu_seconds_total{OURS}[{WINDOW}])", WORKER),
                ),
                _lines(
                    "memory",
                    "Memory",
                    "Resident memory of each worker. 300 MB at 200,000 incidents is what it was built for.",
                    "bytes",
                    Query(f"process_resident_memory_bytes{OURS}", WORKER),
                    Query(f"process_virtual_memory_bytes{OURS}", f"{WORKER} virtual"),
                ),
                _lines(
                    "files",
                    "Open files",
                    "Files and connections that each worker holds open, and how many it may.",
                    "short",
                    Query(f"process_open_fds{OURS}", f"{WORKER} open"),
                    Query(f"process_max_fds{OURS}", f"{WORKER} at most"),
                ),
                _lines(
                    "garbage",
                    "Garbage collection",
                    "Collections each second, by generation. Full ones are rare by design: see generation 2.",
                    "cps",
                    Query(
                        f"sum by (instance, generation) (rate(python_gc_collections_total{OURS}[{WINDOW}]))",
                        f"{WORKER} generation {{{{generation}}}}",
                    ),
                ),
                _lines(
                    "uptime",
                    "Running since",
                    "How long each worker has run.",
                    "s",
                    Query(f"time() - process_start_time_seconds{OURS}", WORKER),
                ),
                _lines(
                    "scrape",
                    "Scraping",
                    "How long Prometheus needs to read a worker's metrics; the gauges of the store are read each time.",
                    "s",
                    Query(f"scrape_duration_seconds{OURS}", WORKER),
                ),
            ),
        ),
    ),
)
