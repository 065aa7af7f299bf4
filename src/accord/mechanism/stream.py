"""Counter-based random numbers: draw n of stream k is a pure function of (seed, k, n).

SplitMix64 (Steele, Lea & Flood 2014) in counter mode. A course has a stream of its own and every draw a fixed place in
it, so results do not depend on the order of work, and two runs that differ in one parameter share all their luck.
"""

import numpy as np
from numpy.typing import NDArray

GAMMA = 0x9E3779B97F4A7C15
MIX_1, MIX_2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
TO_UNIT = 2.0**-52
_WORD = (1 << 64) - 1

# Streams of different kinds never meet although they are numbered alike.
THERAPISTS, COURSES, ITEMS = 1, 2, 3

# Places in a course's stream. A therapist's stream uses the first three only.
STATIC = 16
AVOIDANCE, ANXIETY, EXPECTATION, PREFERENCE, SET_POINT, LEARNING, MEMORY, PASSING, HALO, DYAD = range(10)
SKILL, TEACHING, STYLE = range(3)
PER_SESSION = 16
ATTEND, ONSET, REPAIR, LEAVE, CONCEAL, DEPTH, OUTCOME, WEEK, DRIFT, CLIENT_ERROR, THERAPIST_ERROR, SCORE_ERROR = range(
    12
)

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]


def base(seed: int, kind: int) -> int:
    """Where the streams of one kind start for a seed."""
    return _mix_int((_mix_int(int(seed) & _WORD) + kind * GAMMA) & _WORD)


def keys(start: int, first: int, last: int) -> Words:
    """Keys of the streams first..last-1."""
    return mix(np.uint64(start) + np.arange(first + 1, last + 1, dtype=np.uint64) * np.uint64(GAMMA))


def words(key: Words, place: int) -> Words:
    """64 random bits at a place of each stream."""
    return mix(key + np.uint64((place + 1) * GAMMA & _WORD))


def mix(z: Words) -> Words:
    """SplitMix64's output function."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(MIX_1)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(MIX_2)
    return z ^ (z >> np.uint64(31))


def uniforms(key: Words, place: int) -> Floats:
    """Between 0 and 1, never either."""
    return ((words(key, place) >> np.uint64(12)).astype(np.float64) + 0.5) * TO_UNIT


def normals(key: Words, place: int) -> Floats:
    """Standard normal: the quantile of a uniform, so that a place costs one draw."""
    return quantile(uniforms(key, place))


# Wichura 1988, algorithm AS 241 (PPND16), about 1 part in 10^16: highest power first.
CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
MIDDLE = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
     3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
     0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0),
)  # fmt: skip
TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
     0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
     0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0),
)  # fmt: skip


def quantile(u: Floats) -> Floats:
    """The standard normal quantile."""
    q = u - 0.5
    r = 0.180625 - q * q
    x = q * _ratio(CENTRE, r)
    far = np.flatnonzero(r < 0)
    if far.size:
        flat_q, flat_x = q.reshape(-1), x.reshape(-1)
        flat_x[far] = np.copysign(_tail(u.reshape(-1)[far]), flat_q[far])
        x = flat_x.reshape(x.shape)
    return x


def _tail(u: Floats) -> Floats:
    r = np.sqrt(-np.log(np.minimum(u, 1 - u)))
    return np.where(r <= 5, _ratio(MIDDLE, r - 1.6), _ratio(TAIL, r - 5))


def _ratio(parts: tuple[tuple[float, ...], tuple[float, ...]], r: Floats) -> Floats:
    top, bottom = np.full_like(r, parts[0][0]), np.full_like(r, parts[1][0])
    for a, b in zip(parts[0][1:], parts[1][1:], strict=True):
        top, bottom = top * r + a, bottom * r + b
    return top / bottom


def _mix_int(z: int) -> int:
    z = ((z ^ (z >> 30)) * MIX_1) & _WORD
    z = ((z ^ (z >> 27)) * MIX_2) & _WORD
    return z ^ (z >> 31)
