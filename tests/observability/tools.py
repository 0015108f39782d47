"""Debian's Prometheus and Alertmanager, as programs."""

import shutil
import subprocess
from pathlib import Path

import pytest

PACKAGES = {
    "prometheus": "prometheus",
    "promtool": "prometheus",
    "prometheus-alertmanager": "prometheus-alertmanager",
    "amtool": "prometheus-alertmanager",
}


def program(name: str) -> str:
    """Where it is. A machine without it fails the test: skipped, it would look as if it had been checked."""
    found = shutil.which(name)
    if found is None:
        pytest.fail(
            f"{name} is missing: install it with "
            f"`apt-get update && apt-get install -y --no-install-recommends {PACKAGES[name]}`.",
            pytrace=False,
        )
    return found


def run(name: str, *arguments: str | Path) -> str:
    """What it prints. Fails the test with that where it does not end well."""
    ran = subprocess.run([program(name), *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout
