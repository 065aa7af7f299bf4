"""More than one site: each keeps its rows and sends sums; the fit equals that of all rows in one table.

    share = Site("y ~ x + (1 | therapist)", rows).share()
    found = pool([share, ..])                a fit, or an Ask to be answered in rounds
    fit = across([site, ..])                 the same with all sites at hand

docs/evidence-many-machines.md says what a share tells, and of whom.
"""

from accord.evidence.sharing.answering import Answer, Ask, Share, Site
from accord.evidence.sharing.joining import PooledFit
from accord.evidence.sharing.pooling import across, pool
from accord.evidence.sharing.written import read_ask, read_share, write

__all__ = ["Answer", "Ask", "PooledFit", "Share", "Site", "across", "pool", "read_ask", "read_share", "write"]
