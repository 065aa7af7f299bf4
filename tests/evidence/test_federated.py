"""Several sites, none of which shows its rows: the fit is that of all rows in one table."""

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from accord.cli import main
from accord.errors import AccordError, DataError, RefusedError
from accord.evidence import fit
from accord.evidence.sharing import Site, across, pool

BLOCKS = "y ~ x + session + (1 + x | therapist)"
PEOPLE = "y ~ x + session + (1 + x | client) + (1 | therapist)"


def sites(seed: int = 3) -> list[pl.DataFrame]:
    """Three sites of unlike size; 4 therapists each of 15 clients or more."""
    dice, made, first = np.random.default_rng(seed), [], 0
    for at, size in enumerate((60, 80, 130)):
        client = np.repeat(np.arange(first, first + size), 6)
        therapist = (np.arange(size) % 4 + 10 * at)[client - first]
        x, session = dice.normal(at, 1, len(client)), np.tile(np.arange(6.0), size)
        y = 2 + 0.4 * x - 0.2 * session + dice.normal(size=size)[client - first] + dice.normal(size=len(client))
        y += dice.normal(size=40)[therapist]
        rows = {"y": y, "x": x, "session": session, "client": client, "therapist": therapist}
        made.append(pl.DataFrame(rows).filter(pl.Series(dice.random(len(client)) < 0.9)))
        first += size
    return made


def apart(found: Any, whole: Any) -> float:
    """The largest relative difference of fixed effects, standard errors, variances and criterion."""
    pairs = [(found.beta, whole.beta), (found.std_errors, whole.std_errors)]
    pairs += [(np.array([found.sigma2, found.criterion]), np.array([whole.sigma2, whole.criterion]))]
    pairs += [(a, b) for a, b in zip(found.covariances, whole.covariances, strict=True)]
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


def test_one_round_of_blocks_gives_the_fit_of_all_rows() -> None:
    """Luo et al. (2022): exact; to 1e-8."""
    shares = [Site(BLOCKS, rows).share() for rows in sites()]
    assert apart(pool(shares), fit(BLOCKS, pl.concat(sites()))) < 1e-8


def test_rounds_give_the_fit_of_all_rows_and_no_block_leaves_a_site() -> None:
    """Both stop where the step left is 3e-7 of a standard error; variances feel that more, to 1e-6."""
    whole = fit(PEOPLE, pl.concat(sites()))
    found = across([Site(PEOPLE, rows) for rows in sites()])
    np.testing.assert_allclose(found.beta, whole.beta, rtol=1e-7)
    assert found.criterion == pytest.approx(whole.criterion, abs=1e-8)
    assert apart(found, whole) < 1e-6
    assert Site(PEOPLE, sites()[0]).share().part is None


def test_few_people_are_refused() -> None:
    with pytest.raises(RefusedError, match="10"):
        Site(BLOCKS, sites()[0].filter(pl.col("client") < 8)).share()
    with pytest.raises(AccordError):
        Site(BLOCKS, sites()[0].filter(~((pl.col("therapist") == 1) & (pl.col("client") > 20)))).share()


def test_a_site_that_came_twice_is_refused() -> None:
    share = Site(BLOCKS, sites()[0]).share()
    with pytest.raises(DataError):
        pool([share, share])


def test_by_files_and_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = []
    for at, rows in enumerate(sites()):
        rows.write_parquet(tmp_path / f"{at}.parquet")
        names.append(str(tmp_path / f"{at}.json"))
        with pytest.raises(SystemExit) as left:
            main(["evidence", "share", BLOCKS, str(tmp_path / f"{at}.parquet"), "--out", names[-1]])
        assert left.value.code == 0
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        main(["evidence", "pool", *names, "--json"])
    assert left.value.code == 0
    assert '"fixed"' in capsys.readouterr().out
    Path(names[0]).write_text(
        Path(names[0]).read_text(encoding="utf-8").replace('"rows": ', '"rows": 1'), encoding="utf-8"
    )
    with pytest.raises(SystemExit) as left:
        main(["evidence", "pool", *names])
    assert left.value.code == 1
    assert "accord:" in capsys.readouterr().err
