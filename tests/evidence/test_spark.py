"""The same pass on a real local Spark cluster: two workers, each with rows of its own."""

import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.errors import DataError, TableError, UsageError
from accord.evidence import fit

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed (the extra `spark`)")
pytest.importorskip("pyarrow", reason="pyarrow is not installed (the extra `spark`)")
if not shutil.which("java"):
    pytest.skip("Java is not installed, and Spark runs on it", allow_module_level=True)

MODEL = "y ~ x + arm + session + (1 + x | client) + (1 | therapist)"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    # Workers are processes of their own, and must find what the tests find.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    made = SparkSession.builder.master("local[2]").appName("accord").config("spark.ui.enabled", "false")
    session = made.config("spark.sql.shuffle.partitions", "4").config("spark.driver.host", "127.0.0.1").getOrCreate()
    yield session
    session.stop()


def rows() -> pl.DataFrame:
    dice = np.random.default_rng(8)
    client = np.repeat(np.arange(300), 6)
    therapist = (np.arange(300) % 15)[client]
    x, session = dice.normal(size=1800), np.tile(np.arange(6.0), 300)
    own = dice.normal(size=(300, 2)) * [1.0, 0.4]
    y = 3 + 0.5 * x - 0.1 * session + own[client, 0] + own[client, 1] * x + dice.normal(size=1800)
    y += dice.normal(size=15)[therapist]
    arm = np.where(therapist % 2, "feedback", "usual")
    named = {"y": y, "x": x, "session": session, "client": client, "therapist": therapist, "arm": arm}
    made = pl.DataFrame(named).sample(fraction=1.0, shuffle=True, seed=1)
    return made.with_columns(x=pl.when(pl.int_range(pl.len()) % 50 == 0).then(None).otherwise("x"))


def on(cluster: Any, data: pl.DataFrame) -> Any:
    return cluster.createDataFrame(data.rows(), data.columns)


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_the_fit_is_that_of_all_rows_in_one_table(cluster: Any, method: str) -> None:
    """To 1e-8: the same sums, added in another order."""
    from accord.evidence.spark import fit_on_spark

    found, whole = fit_on_spark(MODEL, on(cluster, rows()), method=method), fit(MODEL, rows(), method=method)
    assert found.terms == whole.terms
    assert found.nobs == whole.nobs == 1764
    np.testing.assert_allclose(found.beta, whole.beta, rtol=1e-8)
    np.testing.assert_allclose(found.std_errors, whole.std_errors, rtol=1e-8)
    assert found.criterion == pytest.approx(whole.criterion, abs=1e-8)


def test_an_error_on_a_worker_arrives_with_its_own_words(cluster: Any) -> None:
    from accord.evidence.spark import fit_on_spark

    with pytest.raises(UsageError, match="no column nobody"):
        fit_on_spark("y ~ nobody + (1 | client)", on(cluster, rows()))
    with pytest.raises(UsageError, match="learns from all the rows"):
        fit_on_spark("y ~ poly(x, 2) + (1 | client)", on(cluster, rows()))
    with pytest.raises((DataError, TableError), match="finite"):
        fit_on_spark("y ~ x + (1 | client)", on(cluster, rows().with_columns(x=pl.lit(float("inf")))))
    with pytest.raises(DataError, match="no row is whole"):
        fit_on_spark("y ~ x + (1 | client)", on(cluster, rows().with_columns(x=pl.lit(float("nan")))))
