"""Where an alert leads: the panel that shows it, the queue of what it is about, and its runbook.

No alert of operations leads to the queue, which that role may not open (see `monitor.web.access`).
"""

from monitor.links import queue_link
from monitor.observability.configuration import Addresses
from monitor.observability.dashboards import panel_number
from monitor.observability.rule import Alert, Panel
from monitor.observability.wording import worded_link

_OF_FORCE = "&var-force=%3Cforce%3E"


def links_of(addresses: Addresses, alert: Alert) -> dict[str, str]:
    of_force = _OF_FORCE if "<force>" in alert.summary else ""
    queue = {} if alert.queue is None else {"queue_url": worded_link(queue_link(addresses.web, **alert.queue))}
    return {
        "dashboard_url": worded_link(panel_link(addresses.grafana, alert.panel) + of_force),
        **queue,
        "runbook_url": f"{addresses.runbooks}/{alert.page}",
    }


def panel_link(grafana: str, panel: Panel) -> str:
    return f"{grafana}/d/{panel.board}?viewPanel={panel_number(panel)}"
