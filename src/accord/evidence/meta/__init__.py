"""Meta-analysis: what several studies, or several sites, found together.

    pooled = pool(effects, variances, names=studies, method="reml")     # or "dl", "fixed"
    pooled = pool_correlations(r, n, method="dl")                       # by Fisher's z, shown as r
    pooled.estimate, pooled.low, pooled.high, pooled.prediction, pooled.tau2, pooled.i2, pooled.notes
    leave_one_out(pooled); egger(pooled); forest(pooled, title="...", description="...")

Effects of one study must not stand in twice: the studies are taken as independent.
"""

from accord.evidence.meta.checks import Asymmetry, LeftOut, egger, leave_one_out
from accord.evidence.meta.forest import forest
from accord.evidence.meta.pooled import Pooled, Study
from accord.evidence.meta.pooling import pool, pool_correlations

__all__ = [
    "Asymmetry", "LeftOut", "Pooled", "Study", "egger", "forest", "leave_one_out", "pool", "pool_correlations",
]  # fmt: skip
