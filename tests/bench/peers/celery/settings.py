"""What the bench tells the three processes: see tests/bench/peers/settings.ts."""

import json
import os
import time

settings = json.loads(os.environ["BENCH"])
TEXT = "x" * 120


def now():
    """Milliseconds of the monotonic clock, the one that Node's hrtime reads."""
    return time.monotonic_ns() / 1e6
