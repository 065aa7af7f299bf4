"""How it was worked out, with sources, and by which programs."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

PROGRAMS = ("accord", "numpy", "scipy", "polars", "formulaic", "numba")

METHODS: tuple[tuple[str, str], ...] = (
    (
        "Within and between: a rating less the person's mean, and that mean less the mean of all; log session number; "
        "slopes that differ between people where they can be had; therapists as a random effect.",
        "Raudenbush & Bryk 2002, Hierarchical Linear Models; Curran & Bauer 2011, Annual Review of Psychology "
        "62:583-619",
    ),
    (
        "The alliance of one session beside the score before the next: the alliance is rated after a session and the "
        "outcome before it.",
        "Falkenström, Finkel, Sandell, Rubel & Holmqvist 2017, Journal of Consulting and Clinical Psychology "
        "85:435-448 (from memory)",
    ),
    (
        "The outcome's own earlier value is not put into the model as it is: in short courses that biases the effect.",
        "Nickell 1981, Econometrica 49:1417-1426",
    ),
    (
        "What leads to what within people: random-intercept cross-lagged panel model, full-information maximum "
        "likelihood.",
        "Hamaker, Kuiper & Grasman 2015, Psychological Methods 20:102-116",
    ),
    (
        "Linear mixed models by REML; degrees of freedom after Satterthwaite.",
        "Bates, Maechler, Bolker & Walker 2015, Journal of Statistical Software 67(1); Kuznetsova, Brockhoff & "
        "Christensen 2017, Journal of Statistical Software 82(13)",
    ),
    (
        "Ruptures: predictive z of a rating against the person's own last three, and a reliable drop; returned within "
        "three rated sessions.",
        "Accord, docs/alliance.md; Jacobson & Truax 1991, Journal of Consulting and Clinical Psychology 59:12-19",
    ),
    (
        "Therapists: share of variance given the first score, interval by profile likelihood; single means drawn "
        "towards that of all.",
        "Laird & Ware 1982, Biometrics 38:963-974; Bates et al. 2015, section 5.1",
    ),
    (
        "Reliability: alpha, omega, and omega within persons.",
        "Cronbach 1951, Psychometrika 16:297-334; Geldhof, Preacher & Zyphur 2014, Psychological Methods 19:72-91",
    ),
    ("Differences of means: Welch's interval.", "Welch 1947, Biometrika 34:28-35"),
)


def methods(below: int | None) -> list[dict[str, str]]:
    told = [{"what": what, "source": source} for what, source in METHODS]
    if below is not None:
        told.append(
            {
                "what": f"Nothing is told of fewer than {below} people; counts are rounded to the nearest {below}.",
                "source": "Willenborg & de Waal 2001, Elements of Statistical Disclosure Control",
            }
        )
    return told


def versions() -> Mapping[str, str]:
    import platform

    found: dict[str, Any] = {"python": platform.python_version()}
    for name in PROGRAMS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
