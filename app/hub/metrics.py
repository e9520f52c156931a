"""What a worker counts, for Prometheus; with several workers any of them answers for all.

``PROMETHEUS_MULTIPROC_DIR`` must be set before this module is imported where there are several.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHARED = "PROMETHEUS_MULTIPROC_DIR"
_STEPS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0)

REQUESTS = Counter("hub_requests", "Requests answered", ("route", "method", "status"))
SECONDS = Histogram("hub_request_seconds", "From the head read to the last octet handed over", ("route",),
                    buckets=_STEPS)  # fmt: skip
REFUSALS = Counter("hub_refusals", "Requests that were refused", ("code",))
OPS_TAKEN = Counter("hub_ops_taken", "Ops handed up in pages that were acknowledged", ("scope",))
IN_FLIGHT = Gauge("hub_in_flight", "Requests being answered", multiprocess_mode="livesum")
STREAMS = Gauge("hub_streams", "Open streams of pokes", multiprocess_mode="livesum")
WAITING = Gauge("hub_pushes_waiting", "Pushes waiting for a slot", multiprocess_mode="livesum")
WORKERS = Gauge("hub_workers", "Workers that serve", multiprocess_mode="livesum")
MEMORY = Gauge("hub_worker_resident_bytes", "A worker's resident memory", multiprocess_mode="liveall")


class _Heads(Collector):
    def __init__(self, heads: Mapping[str, int]) -> None:
        self._heads = heads

    def collect(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("hub_scope_head", "The last row of a scope's order", labels=("scope",))
        for scope, head in self._heads.items():
            family.add_metric((scope,), head)
        yield family


def resident() -> int:
    """Resident memory of the process, octets; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - asked for often
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def told(heads: Mapping[str, int]) -> bytes:
    """The text of all metrics, of every worker."""
    MEMORY.set(resident())
    if SHARED not in os.environ:
        return generate_latest(REGISTRY) + _of(_Heads(heads))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry) + _of(_Heads(heads))


def _of(collector: Collector) -> bytes:
    registry = CollectorRegistry()
    registry.register(collector)
    return generate_latest(registry)
