"""Finding a therapist in the web application: server time of one page, and how often it asks the database.

    python bench/finding.py [--quick] [--json]

some      the list of somebody with a region, a language, a way of meeting, money, hours and words of their own.
all       the list of somebody who is not sure what is wrong and names no limit: most therapists pass.
nobody    the same as `some` with a fee that nobody takes: the list says what one limit less would bring.
question  a page of the form, which offers the words that therapists here use.

`database` is Accord, with the gate in the database. `memory` loads and opens everyone for each page and runs the
domain's gate over them; both give the same page, or the bench stops. The size is how many therapists publish. SQLite
as the application sets it up, on a file; every subject in a process of its own; filling the tables and two first pages
are not timed. `ratio` is CPU time against Accord's own; `queries` is how many questions one page asks.
"""

import argparse
import json
import math
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

SIZES = (100, 1_000, 10_000)
SUBJECTS = ("database", "memory")
WHERE = {"region": "Region 3"}
ANY = {"what": {"first": "not-sure"}, "where": WHERE, "how": {}, "musts": {"nothing": "1"}}
SOME = {
    "what": {"first": "panic", "second": "depression"},
    "where": WHERE,
    "how": {"languages": ["Spanish", "Urdu"], "formats": ["video", "phone"]},
    "musts": {"fee": "140", "insurer": "Aster", "times": ["mon evening", "wed evening", "sat morning"]},
    "style": {"lead": "-3", "tone": "2"},
    "words": {"at_ease": "somebody with humour and patience", "wishes": ["step-free access"]},
}
JOBS: dict[str, tuple[dict[str, dict[str, Any]], tuple[str, ...], str]] = {
    "some": (SOME, (), "/find/list/"),
    "all": ({**ANY, "words": SOME["words"]}, ("region",), "/find/list/"),
    "nobody": ({**SOME, "musts": {**SOME["musts"], "fee": "1", "insurer": "Nobody’s"}}, (), "/find/list/"),
    "question": (SOME, (), "/find/musts/"),
}
WORDS = (
    "humour",
    "patience",
    "clear",
    "steps",
    "silence",
    "questions",
    "calm",
    "voice",
    "homework",
    "stories",
    "plain",
)
SETS = {
    "languages": ("English", "Spanish", "Deutsch", "Urdu", "Polski", "Arabic"),
    "insurers": ("Aster", "Blue Oak", "Cedar", "Delta"),
    "extras": ("step-free access", "sign language", "evening calls", "faith", "sliding scale", "couples"),
}


def at(folder: str) -> None:
    """The application on a data folder of its own."""
    import django

    os.environ |= {"ACCORD_DATA": folder, "DJANGO_SETTINGS_MODULE": "accord.web.settings"}
    from accord.web.people import keys

    if not (Path(folder) / "keys.json").exists():
        keys.make(Path(folder) / "keys.json")
    django.setup()


def fill(how_many: int) -> None:
    """Therapists who publish: an offer, its words, a licence or two, and a page of text each."""
    from django.core.management import call_command

    from accord.web.fit.actions.offers import words_of
    from accord.web.fit.models import Credential, Offer, OfferWord
    from accord.web.people.models import Member, Practice

    call_command("migrate", verbosity=0)
    dice, practice = random.Random(20), Practice.objects.create(name="All of them")
    them = [therapist(dice, number, practice) for number in range(how_many)]
    Member.objects.bulk_create(them, batch_size=500)
    offers = [offer(dice, member) for member in them]
    Offer.objects.bulk_create(offers, batch_size=200)
    OfferWord.objects.bulk_create([word for one in offers for word in words_of(one)], batch_size=1_000)
    Credential.objects.bulk_create([one for member in them for one in licences(dice, member)], batch_size=500)


def therapist(dice: random.Random, number: int, practice: Any) -> Any:
    from accord.web.people.models import Member

    about = " ".join(dice.choices(WORDS, k=120))
    return Member(practice=practice, name=f"Therapist {number}", is_therapist=True, published=True, about=about)


def offer(dice: random.Random, member: Any) -> Any:
    from accord.fit import AXES, FORMATS, SLOTS, methods
    from accord.web.fit.models import Offer

    return Offer(
        member=member,
        practice=member.practice,
        methods=dice.sample(list(methods()), dice.randint(1, 6)),
        formats=dice.sample(FORMATS, dice.randint(1, 3)),
        times=dice.sample(SLOTS, dice.randint(3, 12)),
        gender=dice.choice(("woman", "man", "nonbinary")),
        fee=Decimal(dice.randint(4_000, 20_000)) / 100,
        places=dice.choice((0, 1, 2, 3)),
        free_from=date.today() + timedelta(days=dice.randint(-60, 90)),
        **{name: dice.sample(words, dice.randint(0, 3)) for name, words in SETS.items()},
        **{axis.id: dice.choice((None, -3, -2, -1, 0, 1, 2, 3)) for axis in AXES},
    )


def licences(dice: random.Random, member: Any) -> list[Any]:
    from django.utils import timezone

    from accord.fit.needs import folded
    from accord.web.fit.models import Credential

    regions = dice.sample([f"Region {number}" for number in range(8)], dice.randint(1, 2))
    given = {"practice": member.practice, "member": member, "title": "Psychologist", "number": "PSY 1"}
    return [
        Credential(
            **given,
            region=region,
            region_word=folded(region),
            until=date.today() + timedelta(days=dice.randint(-60, 600)),
            verified_at=timezone.now() if dice.random() < 0.95 else None,
        )
        for region in regions
    ]


def searching(job: str) -> Any:
    """A browser in which the questions are answered."""
    from django.test import Client

    from accord.web.fit.models import Search

    pages, without, _ = JOBS[job]
    browser = Client(SERVER_NAME="localhost")
    browser.post("/find/")
    for page, body in pages.items():
        answer = browser.post(f"/find/{page}/", body)
        assert answer.status_code == 302, f"{page}: {answer.status_code}"
    for limit in without:
        browser.post("/find/without/", {"limit": limit})
    Search.objects.update(seed=7)  # which is what decides among equals
    return browser


def measure_here(job: str, subject: str, repeats: int) -> dict[str, Any]:
    """Time one page in this process."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    if subject == "memory":
        from peers import found_in_memory

        from accord.web.fit import listing, queries

        listing.shortlisted = found_in_memory.shortlisted
        queries.here, queries.anyone = found_in_memory.here, found_in_memory.anyone  # type: ignore[assignment]
    browser, place = searching(job), JOBS[job][2]
    page = browser.get(place).content.decode()
    with CaptureQueriesContext(connection) as asked:
        browser.get(place)
        queries_asked = len(asked)  # the next page begins to count anew
    seconds, cpu = [], []
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        browser.get(place)
        seconds.append(time.perf_counter() - wall)
        cpu.append(time.process_time() - processor)
    return {
        "seconds": statistics.median(seconds),
        "cpu": statistics.median(cpu),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "queries": queries_asked,
        "page": plain(page),
    }


def plain(page: str) -> str:
    """A page without what differs from visit to visit."""
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]+"', "", page)


def in_own_process(folder: str, *call: str) -> Any:
    done = subprocess.run([sys.executable, __file__, "--at", folder, *call], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout or "null")


def measured(sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    found = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            in_own_process(folder, "--size", str(size))
            for job in JOBS:
                pages = set()
                for subject in SUBJECTS:
                    told = in_own_process(folder, "--job", job, "--subject", subject)
                    pages.add(told.pop("page"))
                    found.append({"job": job, "size": size, "subject": subject, **told})
                if len(pages) > 1:
                    raise SystemExit(f"{job} of {size}: the two ways do not give the same page")
    return found


def report(results: list[dict[str, Any]], as_json: bool) -> None:
    ours = {(each["job"], each["size"]): each["cpu"] for each in results if each["subject"] == "database"}
    if not as_json:
        print(f"{'job':10} {'subject':10} {'size':>8} {'seconds':>9} {'cpu':>9} {'peak MB':>8} {'ratio':>7}  queries")
    for each in results:
        each["ratio"] = round(each["cpu"] / max(ours[each["job"], each["size"]], 1e-9), 2)
        if as_json:
            print(json.dumps(each))
            continue
        print(
            f"{each['job']:10} {each['subject']:10} {each['size']:8,} {each['seconds']:9.4f} {each['cpu']:9.4f} "
            f"{each['peak_mb']:>8} {each['ratio']:7.2f} {each['queries']:8}"
        )
    growth(results, as_json)


def growth(results: list[dict[str, Any]], as_json: bool) -> None:
    """How time grows with the two largest sizes: 1 is in step with them."""
    for job in JOBS:
        for subject in SUBJECTS:
            own = [each for each in results if (each["job"], each["subject"]) == (job, subject)][-2:]
            if len(own) == 2:
                size, took = (math.log(own[1][name] / own[0][name]) for name in ("size", "cpu"))
                told = {"job": job, "subject": subject, "from": own[0]["size"], "to": own[1]["size"]}
                told["exponent"] = round(took / size, 2)
                line = f"{job:10} {subject:10} grows as size to the power {told['exponent']:.2f}"
                print(json.dumps(told) if as_json else line)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--quick", action="store_true", help="without the largest")
    options.add_argument("--json", action="store_true", help="one JSON object a line")
    for name in ("--at", "--job", "--subject"):
        options.add_argument(name, help=argparse.SUPPRESS)
    options.add_argument("--size", type=int, help=argparse.SUPPRESS)
    given = options.parse_args()
    if not given.at:
        report(measured(SIZES[:-1] if given.quick else SIZES), given.json)
        return
    at(given.at)
    if given.size:
        fill(given.size)
    else:
        print(json.dumps(measure_here(given.job, given.subject, 5)))


if __name__ == "__main__":
    main()
