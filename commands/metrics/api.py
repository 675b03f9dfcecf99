"""What the API's processes have counted, as Prometheus wants it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from api.metrics.families import EDGES, FAMILIES, Family, Kind
from api.metrics.snapshots import Merged, read

ENDS = (*(str(edge) for edge in EDGES), "+Inf")


class ApiMetrics(Collector):
    """directory: where the processes write what they counted."""

    def __init__(self, directory: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._directory = directory
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        merged = read(self._directory, now=self._clock())
        yield GaugeMetricFamily("xinfeng_processes", "API processes that live.", merged.processes)
        for family in FAMILIES:
            yield _metric(family, merged)


def _metric(family: Family, merged: Merged) -> Metric:
    match family.kind:
        case Kind.COUNTER:
            counter = CounterMetricFamily(family.name, family.help, labels=family.labels)
            for (name, *labels), number in sorted(merged.counts.items()):
                if name == family.name:
                    counter.add_metric(labels, number)
            return counter
        case Kind.HISTOGRAM:
            histogram = HistogramMetricFamily(family.name, family.help, labels=family.labels)
            for (name, *labels), durations in sorted(merged.durations.items(), key=_by_key):
                if name == family.name:
                    below = zip(ENDS, accumulate(durations.buckets), strict=True)
                    histogram.add_metric(labels, list(below), durations.seconds)
            return histogram
        case Kind.SUM | Kind.LARGEST:
            value = merged.gauges.get(family.name)
            gauge = GaugeMetricFamily(family.name, family.help)
            if value is not None:
                gauge.add_metric((), value)
            return gauge


def _by_key(item: tuple[tuple[str, ...], object]) -> tuple[str, ...]:
    return item[0]
