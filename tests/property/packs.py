"""How much of each property is tried: a modest number of cases by default, all of them in the `long` pack."""

from hypothesis import HealthCheck, Phase, settings

FULL = 20_000
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)  # without the tracing that explains, slow here


def modest(examples: int) -> settings:
    """Settings of a test that runs by default."""
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)


full = modest(FULL)
HOURS = 3 * 3600  # seconds that a test of the long pack may take
