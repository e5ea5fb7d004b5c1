"""What operators measure: counted in memory, added up over all workers, shown in the form of Prometheus."""

from app.metrics.figures import Cache, Counts, Durations, Metrics

__all__ = ["Cache", "Counts", "Durations", "Metrics"]
