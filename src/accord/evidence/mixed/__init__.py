"""Linear mixed models by REML and ML, as lme4 fits them, from a few sums of each client.

    fitted = fit("phq9_next ~ alliance_within + session + (1 + alliance_within | client) + (1 | therapist)", panel)

`formula` reads what is asked, `design` brings the data into columns, `sums` reduces the rows of each client to small
tables, `nested` (with `kernel`) or `crossed` give the criterion and its gradient from these alone, `fitting` finds the
optimum, `fitted` is the answer. docs/evidence.md derives it.
"""

from typing import Any

from numpy.typing import NDArray

Floats = NDArray[Any]
Ints = NDArray[Any]
