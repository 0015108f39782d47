#!/usr/bin/env bash
# What the tests need beside the lock, from Debian's archive: a browser, Prometheus and Alertmanager. Quick when all is there.
set -euo pipefail

missing=()
command -v promtool >/dev/null || missing+=(prometheus)
command -v amtool >/dev/null || missing+=(prometheus-alertmanager)
command -v chromium >/dev/null || missing+=(chromium)
[ "${#missing[@]}" -gt 0 ] || exit 0

install=(apt-get install -y --no-install-recommends "${missing[@]}")
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need ${missing[*]}: run \`apt-get update && ${install[*]}\` as root on Debian, then this again." >&2
    exit 2
fi
echo "Installing for the tests: ${missing[*]}."
{ apt-get update && DEBIAN_FRONTEND=noninteractive "${install[@]}"; } >/tmp/monitor-test-tools.log 2>&1 || {
    tail -n 20 /tmp/monitor-test-tools.log >&2
    exit 2
}
