from collections.abc import Iterable, Mapping

from monitor.stream.reading import Place

STALL_SECONDS = 60.0


class Stalls:
    """Notices a consumer that stands still though there is something to read. Faust's do so now and then, silently."""

    def __init__(self, now: float) -> None:
        self._moved_at = now
        self._merged: dict[Place, int] = {}

    def is_stalled(
        self, now: float, assigned: Iterable[Place], merged: Mapping[Place, int], ends: Mapping[Place, int]
    ) -> bool:
        """`ends` as they were told just now; none while the broker does not answer."""
        ours = {place: merged.get(place, 0) for place in assigned}
        is_behind = any(ends.get(place, 0) > at for place, at in ours.items())
        if ours != self._merged or not is_behind:
            self._merged, self._moved_at = ours, now
        return now - self._moved_at >= STALL_SECONDS
