"""Mixed models by Python libraries, for bench/evidence.py: one fit, in a Python of its own that has them.

    python mixed_model.py SUBJECT FOLDER

FOLDER holds the columns as numbers, as bench/evidence.py writes them. On stdout one JSON object: seconds, CPU seconds,
peak MB, fixed effects, variances, criterion, version. Importing, reading, and a first small fit are not timed.
"""

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

FORMULA = "y ~ within + between + session"
FLOATS, INTS = ("y", "within", "between", "session"), ("client", "therapist")
Told = dict[str, Any]


def columns(folder: Path, rows: int = -1) -> dict[str, np.ndarray]:
    made = {name: np.fromfile(folder / name, np.float64, rows) for name in FLOATS}
    return made | {name: np.fromfile(folder / name, np.int32, rows) for name in INTS}


def mixedlm(data: Any) -> Told:
    """The same model."""
    from mixedlm import lmer

    found = lmer(f"{FORMULA} + (1 + within | client) + (1 | therapist)", data)
    groups = found.VarCorr().groups
    client, therapist = (np.asarray(groups[name].cov) for name in ("client", "therapist"))
    variances = [client[0, 0], client[0, 1], client[1, 1], therapist[0, 0], found.sigma**2]
    fixed = [found.fixef()[name] for name in ("(Intercept)", "within", "between", "session")]
    return {"fixed": fixed, "variances": variances, "criterion": found.REMLcrit()}


def mixedlm_rs(data: Any) -> Told:
    """Another model: it has one grouping factor, so no therapists."""
    import mixedlm_rs as package

    package.mixedlm(FORMULA, data, groups="client", re_formula="~within").fit(reml=True)
    return {}


def statsmodels(data: Any) -> Told:
    """Another model: clients as variance components within therapists leave out how intercept and slope go together."""
    from statsmodels.formula.api import mixedlm as model

    parts = {"client": "0 + C(client)", "slope": "0 + C(client):within"}
    model(FORMULA, data, groups="therapist", re_formula="1", vc_formula=parts).fit(reml=True)
    return {}


SUBJECTS: dict[str, tuple[Callable[[Any], Told], str]] = {
    "mixedlm": (mixedlm, "mixedlm"),
    "mixedlm-rs": (mixedlm_rs, "mixedlm-rs"),
    "statsmodels": (statsmodels, "statsmodels"),
}


def main() -> None:
    import pandas as pd

    warnings.simplefilter("ignore")
    run, package = SUBJECTS[sys.argv[1]]
    folder = Path(sys.argv[2])
    # A hundred clients, of several therapists: enough to load and compile.
    run(pd.DataFrame(columns(folder, 1_200)))
    data = pd.DataFrame(columns(folder))
    wall, processor = time.perf_counter(), time.process_time()
    found = run(data)
    took = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - processor}
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(found | took | {"peak_mb": peak, "version": version(package)}, default=float))


if __name__ == "__main__":
    main()
