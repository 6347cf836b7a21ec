"""kill -9 at random moments while people save, publish and import. Afterwards everything that was
acknowledged is there, nothing is half there, and the live page is whole."""

import json
import random
import re
import sqlite3
import threading
import time
from contextlib import closing, suppress
from http.client import HTTPException
from itertools import count
from pathlib import Path

from exercises import files, zips
from tests.make import make_exercise_value

from .site import Browser, Site

WAYS = ("saved", "published", "imported")


class Writer(threading.Thread):
    """Saves, publishes and imports in turn until it is told to stop, and writes down what was
    acknowledged. What is changed says its number in two fields."""

    def __init__(self, site: Site, number: int, seed: int):
        super().__init__(daemon=True)
        self.site, self.number = site, number
        self.random = random.Random(seed)
        self.browser = Browser(site.port)
        self.key = None
        self.acknowledged: dict[str, list[int]] = {way: [] for way in WAYS}
        self.begun: dict[str, int] = dict.fromkeys(WAYS, -1)
        self.refused: list[str] = []
        self.counts = count()
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            way = self.random.choice(WAYS)
            number = next(self.counts)
            try:
                if self.key is None:
                    self._sign_in()
                self.begun[way] = number
                status, text = getattr(self, f"_{way}")(number)
            except (OSError, HTTPException):
                time.sleep(0.02)  # the server is down
                continue
            if status == 302:
                self.acknowledged[way].append(number)
            else:
                self.refused.append(f"{way} {number}: {status} {text[:2000]}")

    def _sign_in(self) -> None:
        self.browser.sign_in()
        _, _, page = self.browser.get(f"/admin/exercises/exercise/?q=soak%20{self.number}")
        self.key = int(re.search(r"/admin/exercises/exercise/(\d+)/change/", page)[1])

    def _saved(self, number: int):
        path = f"/admin/exercises/exercise/{self.key}/change/"
        words = f"saved {number}"
        status, _, text = self.browser.send(path, {"answer": words, "equipment": words})
        return status, text

    def _published(self, number: int):
        path = f"/admin/exercises/exercise/{self.key}/publish/"
        status, _, text = self.browser.send(path, {"note": f"published {number}"})
        return status, text

    def _imported(self, number: int):
        words = f"imported {number}"
        value = make_exercise_value(f"imported-{self.number}", answer=words, equipment=words)
        packed = zips.to_zip(files.write(files.Content(exercises=(value,))))
        path = "/admin/exercises/exercise/import/"
        status, _, page = self.browser.send(path, {}, files={"archive": packed})
        if status != 200 or 'name="digest"' not in page:
            return status if status != 302 else 0, page
        status, _, text = self.browser.send_back(page, f"{path}confirm/", {})
        return status, text


def verify(site: Site, writers: list[Writer]) -> list[str]:
    """What is wrong with the site, which runs or not: an empty list if nothing is."""
    wrong = []
    with closing(sqlite3.connect(site.folder / "legwork.sqlite3")) as database:
        ask = lambda *query: database.execute(*query).fetchall()  # noqa: E731
        if ask("PRAGMA integrity_check") != [("ok",)] or ask("PRAGMA foreign_key_check"):
            wrong.append("The database is damaged.")
        for writer in writers:
            wrong += _verify_drafts(ask, writer)
            wrong += _verify_publications(ask, writer)
    return wrong


def _verify_drafts(ask, writer: Writer) -> list[str]:
    wrong = []
    for slug, way in ((f"soak-{writer.number}", "saved"), (f"imported-{writer.number}", "imported")):
        rows = ask("SELECT id, answer, equipment FROM exercises_exercise WHERE slug = ?", [slug])
        if not rows:
            if writer.acknowledged[way]:
                wrong.append(f"{slug} is gone.")
            continue
        ((key, answer, equipment),) = rows
        kept = [
            json.loads(draft)
            for (draft,) in ask(
                "SELECT draft FROM exercises_revision WHERE kind = 'exercise' AND thing_pk = ? ORDER BY id",
                [key],
            )
        ]
        numbers = [int(draft["answer"].split()[1]) for draft in kept if draft["answer"].startswith(way)]
        if missing := set(writer.acknowledged[way]) - set(numbers):
            wrong.append(f"{slug}: not there, though acknowledged: {way} {sorted(missing)}.")
        if numbers and max(numbers) > writer.begun[way]:
            wrong.append(f"{slug}: {way} {max(numbers)} was never sent.")
        if any(draft["answer"] != draft["equipment"] for draft in kept if draft["answer"].startswith(way)):
            wrong.append(f"{slug}: a kept draft is half of one save and half of another.")
        if numbers and not (answer == equipment == kept[-1]["answer"]):
            wrong.append(
                f"{slug}: the rows say {answer!r} and {equipment!r}, kept was {kept[-1]['answer']!r}."
            )
        logged = ask("SELECT count(*) FROM django_admin_log WHERE object_id = ?", [str(key)])[0][0]
        if logged < len(numbers):
            wrong.append(f"{slug}: {len(numbers)} times {way}, and {logged} lines in the log.")
    return wrong


def _verify_publications(ask, writer: Writer) -> list[str]:
    wrong = []
    rows = ask(
        "SELECT p.id, p.number, p.note, p.document, "
        "(SELECT count(*) FROM exercises_beststance b WHERE b.publication_id = p.id), "
        "(SELECT count(*) FROM exercises_auditentry a WHERE a.note = p.note AND a.thing_pk = p.exercise_id "
        "AND a.kind = 'exercise') "
        "FROM exercises_publication p JOIN exercises_exercise e ON e.id = p.exercise_id WHERE e.slug = ? "
        "ORDER BY p.number",
        [f"soak-{writer.number}"],
    )
    noted = {note for _, _, note, *_ in rows}
    for number in writer.acknowledged["published"]:
        if f"published {number}" not in noted:
            wrong.append(f"soak-{writer.number}: publication {number} was acknowledged and is not there.")
    if [number for _, number, *_ in rows] != list(range(1, len(rows) + 1)):
        wrong.append(f"soak-{writer.number}: its versions have gaps.")
    for _, number, _, document, stances, audited in rows:
        content = json.loads(document)
        if not stances or (number > 1 and audited != 1):
            wrong.append(f"soak-{writer.number}: version {number} has lost its index rows or its audit line.")
        if content["answer"].startswith("saved") and content["answer"] != content["equipment"]:
            wrong.append(f"soak-{writer.number}: version {number} is half of one save, half of another.")
    return wrong


def verify_pages(site: Site, writers: list[Writer]) -> list[str]:
    """The live page of each is whole, and shows what was published last."""
    wrong = []
    for writer in writers:
        slug = f"soak-{writer.number}"
        status, _, html = Browser(site.port).get(f"/exercises/{slug}/")
        with closing(sqlite3.connect(site.folder / "legwork.sqlite3")) as database:
            ((document,),) = database.execute(
                "SELECT p.document FROM exercises_publication p JOIN exercises_exercise e "
                "ON e.id = p.exercise_id WHERE e.slug = ? ORDER BY p.number DESC LIMIT 1",
                [slug],
            ).fetchall()
        is_whole = html.rstrip().endswith("</html>") and 'id="emphasis-front"' in html
        if status != 200 or not is_whole or json.loads(document)["answer"] not in html:
            wrong.append(f"/exercises/{slug}/ is answered with {status}, and is not what was published last.")
    return wrong


def _wait_for_each_way(people: list[Writer]) -> None:
    """Until all have signed in and each way was acknowledged, so that a slow machine is not killed before
    anything could be lost. What is not acknowledged in two minutes is told by what `run` returns."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        is_written = all(any(person.acknowledged[way] for person in people) for way in WAYS)
        if is_written and all(person.key for person in people):
            return
        time.sleep(0.05)


def run(folder: Path, times: int, writers: int = 2, seed: int = 1, **settings: str) -> dict:
    """Kill the site so many times. Returns what was found, and how much was written meanwhile."""
    dice = random.Random(seed)
    site = Site(folder, writers, **settings)
    site.fill(loads_content=False)
    starts = [site.start()]
    people = [Writer(site, number, seed + number) for number in range(writers)]
    wrong: list[str] = []
    try:
        for person in people:
            person.start()
        _wait_for_each_way(people)
        for number in range(times):
            time.sleep(dice.uniform(0.1, 1.5))
            if number % 3 == 2:
                site.kill_worker()  # the other worker goes on
                time.sleep(0.3)
                wrong += verify(site, people)
                continue
            site.kill()
            wrong += verify(site, people)
            starts.append(site.start())
            wrong += verify_pages(site, people)
        for person in people:
            person.stopped.set()
        for person in people:
            person.join(timeout=60)
        wrong += verify(site, people) + verify_pages(site, people)
    finally:
        with suppress(ProcessLookupError):
            site.kill()
    wrong += [f"Writer {person.number} gave up." for person in people if person.key is None]
    wrong += [refusal for person in people for refusal in person.refused]
    done = {way: sum(len(person.acknowledged[way]) for person in people) for way in WAYS}
    return {"kills": times, "wrong": wrong, "acknowledged": done, "starts": starts, "errors": site.errors()}
