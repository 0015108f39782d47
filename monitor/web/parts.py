"""What every page needs, gathered once when the application starts."""

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias

from fastapi import Depends, Request
from jinja2 import Environment

from monitor.clock import Clock, SystemClock
from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import ForceMappings
from monitor.settings import Settings
from monitor.store.scope import Store
from monitor.web.assets import Assets


@dataclass(frozen=True)
class Parts:
    settings: Settings
    store: Store
    clock: Clock  # what "now" is on every page
    rulebook: Rulebook
    mappings: ForceMappings
    assets: Assets
    templates: Environment
    wall: Clock = field(default_factory=SystemClock)  # for sessions only: these end, also where the clock stands still


def parts_of(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Web: TypeAlias = Annotated[Parts, Depends(parts_of)]
