"""The default rule for many courses at once, compiled. `plain.run` is the same in plain Python, and its witness."""

import math
from typing import Any

from accord.alliance.compiled import kernel


@kernel
def run(
    starts: Any, value: Any, scale: Any, limit: float, drop: float, window: int,
    z: Any, z_frozen: Any, signal: Any, repair: Any,
) -> None:  # fmt: skip
    """Fill the last four. `scale[n]` is s_w sqrt(1 + 1/n); the additions keep the order of `detectors.mean`."""
    for course in range(len(starts) - 1):
        first, second, third, n = 0.0, 0.0, 0.0, 0
        is_open, late, after = False, False, 0
        baseline, needed, base_scale = 0.0, 0.0, 1.0
        for row in range(starts[course], starts[course + 1]):
            y = value[row]
            signal[row] = 0
            if math.isnan(y):
                z[row] = math.nan
                z_frozen[row] = math.nan
                repair[row] = 1 if is_open else 0
                continue
            m, score = 0.0, math.nan
            if n == 3:
                m = (first + second + third) / 3
            elif n == 2:
                m = (second + third) / 2
            elif n == 1:
                m = third
            if n:
                score = (y - m) / scale[n]
            z[row] = score
            z_frozen[row] = (y - baseline) / base_scale if is_open else score
            state = 0
            if is_open:
                after += 1
                state = 1
                if y >= needed:
                    late = True
                    if after <= window:
                        is_open = False
                        state = 2
            if n and score <= limit:
                signal[row] = 2 if m - y >= drop else 1
                if not is_open or late:
                    is_open, late, after, state = True, False, 0, 1
                    baseline, needed, base_scale = m, m - drop / 2, scale[n]
            repair[row] = state
            first, second, third = second, third, y
            n = min(n + 1, 3)
