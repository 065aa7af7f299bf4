"""Random numbers that are a function of their place."""

from statistics import NormalDist

import numpy as np
import pytest

from accord.mechanism import stream


def test_words_are_those_of_splitmix64() -> None:
    # Witness: the reference outputs for seed 1234567, printed with the public-domain C code's ports.
    key = np.array([1234567], np.uint64)
    words = [int(stream.words(key, place)[0]) for place in range(5)]
    assert words == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


@pytest.mark.parametrize("u", [1e-300, 1e-16, 1e-10, 0.0749, 0.0751, 0.5, 0.9249, 0.9251, 1 - 1e-12])
def test_the_quantile_is_that_of_the_standard_library(u: float) -> None:
    # Both follow AS 241, which claims 16 digits; the last may round differently.
    assert stream.quantile(np.array([u]))[0] == pytest.approx(NormalDist().inv_cdf(u), rel=1e-14, abs=1e-15)


def test_uniforms_and_normals_have_the_right_moments() -> None:
    n = 200_000
    key = stream.keys(stream.base(7, stream.COURSES), 0, n)
    u, z = stream.uniforms(key, 3), stream.normals(key, 4)
    # Five standard errors: a right generator misses once in two million.
    assert abs(u.mean() - 0.5) < 5 * np.sqrt(1 / 12 / n)
    assert abs(z.mean()) < 5 / np.sqrt(n)
    assert abs(z.var() - 1) < 5 * np.sqrt(2 / n)
    assert abs((z**3).mean()) < 5 * np.sqrt(15 / n)
    assert abs((z**4).mean() - 3) < 5 * np.sqrt(96 / n)


def test_places_seeds_kinds_and_neighbours_do_not_know_of_each_other() -> None:
    n = 100_000
    key = stream.keys(stream.base(7, stream.COURSES), 0, n)
    z = stream.normals(key, 0)
    others = [
        stream.normals(key, 1),
        stream.normals(key, stream.PER_SESSION),
        np.roll(z, 1),
        stream.normals(stream.keys(stream.base(8, stream.COURSES), 0, n), 0),
        stream.normals(stream.keys(stream.base(7, stream.ITEMS), 0, n), 0),
    ]
    for other in others:
        assert abs(np.corrcoef(z, other)[0, 1]) < 5 / np.sqrt(n)
    assert len(np.unique(key)) == n


def test_uniforms_are_never_nought_or_one() -> None:
    smallest, largest = 0.5 * stream.TO_UNIT, (2**52 - 0.5) * stream.TO_UNIT
    assert smallest > 0
    assert largest < 1
    assert np.isfinite(stream.quantile(np.array([smallest, largest]))).all()
