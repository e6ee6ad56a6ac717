"""Settings every test shares: property-based tests draw the same examples on every machine."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "zerokara",
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("zerokara")
