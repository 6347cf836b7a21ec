"""Readers and writers at once; what a worker's memory does over many requests; how fast it starts."""

import itertools
import random
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from http.client import HTTPException
from pathlib import Path

from .kills import Writer, verify
from .site import Browser, Site

ADDRESSES = [
    "/",
    "/exercises/",
    "/exercises/leg-press/",
    *(
        f"/exercises/leg-press/panel/?height={height}&width={width}&lens={lens}"
        for height, width, lens in itertools.product(
            ("low", "middle", "high"), ("narrow", "shoulder", "wide"), ("taught", "studies")
        )
    ),
    "/exercises/standing-calf-raise/",
    "/muscles/",
    "/muscles/soleus/",
    "/evidence/",
    "/evidence/da-silva-2008/",
    "/feed.xml",
    "/sitemap.xml",
    "/nothing/",
]
PAUSE = 0.05  # between two pages of a reader, who is on the same small machine as the server


class Reader(threading.Thread):
    def __init__(self, port: int, seed: int, until: float):
        super().__init__(daemon=True)
        self.browser, self.random, self.until = Browser(port), random.Random(seed), until
        self.times: list[float] = []
        self.wrong: list[str] = []

    def run(self) -> None:
        while time.monotonic() < self.until:
            address = self.random.choice(ADDRESSES)
            started = time.perf_counter()
            try:
                status, *_ = self.browser.get(address)
            except (OSError, HTTPException) as error:
                self.wrong.append(f"{address}: {error!r}")
                continue
            self.times.append(time.perf_counter() - started)
            if status != (404 if address == "/nothing/" else 200):
                self.wrong.append(f"{address}: {status}")
            time.sleep(PAUSE)


def read(port: int, seconds: float, readers: int) -> tuple[list[float], list[str]]:
    """How long each answer took, in seconds, and what was wrong with any."""
    until = time.monotonic() + seconds
    crowd = [Reader(port, number, until) for number in range(readers)]
    for reader in crowd:
        reader.start()
    for reader in crowd:
        reader.join()
    times = sorted(took for reader in crowd for took in reader.times)
    return times, [line for reader in crowd for line in reader.wrong]


def readers_and_writers(folder: Path, seconds: float, readers: int = 16, writers: int = 4) -> dict:
    """The readers have a process of their own: what the writers do with the pages they get takes long, and
    would be measured as waiting for the site."""
    site = Site(folder, writers)
    site.fill()
    site.start()
    try:
        people = [Writer(site, number, number) for number in range(writers)]
        with ProcessPoolExecutor(1) as process:
            reading = process.submit(read, site.port, seconds, readers)
            for person in people:
                person.start()
            times, wrong = reading.result()
        for person in people:
            person.stopped.set()
        for person in people:
            person.join(timeout=60)
        wrong += verify(site, people)
        wrong += [refusal for person in people for refusal in person.refused]
    finally:
        site.kill()
    return {
        "reads": len(times),
        "writes": sum(len(each) for person in people for each in person.acknowledged.values()),
        "median ms": round(1000 * times[len(times) // 2], 1),
        "p99 ms": round(1000 * times[int(len(times) * 0.99)], 1),
        "most ms": round(1000 * times[-1], 1),
        "wrong": wrong,
        "errors": site.errors(),
    }


def memory(folder: Path, requests: int) -> dict:
    """What a worker holds after a tenth of the requests, and after all. Few pages are kept, so that their
    memory is full by then: what it may take is a setting, and no growth."""
    # The arenas of memory as serve.sh has them.
    site = Site(folder, 1, workers=1, KEPT_PAGES_MB="4", MALLOC_ARENA_MAX="2")
    site.fill()
    site.start()
    try:
        dice = random.Random(1)
        browsers = [Browser(site.port) for _ in range(4)]

        def ask(browser: Browser, count: int) -> None:
            for _ in range(count):
                # One in ten is an address that nothing is kept for.
                new = f"&n={dice.random()}" if dice.random() < 0.1 else ""
                browser.get(dice.choice(ADDRESSES[2:-1]) + (f"?{new}" if new else ""))

        def all_ask(count: int) -> int:
            threads = [threading.Thread(target=ask, args=(each, count // 4)) for each in browsers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            return sum(resident(pid) for pid in site.workers())

        before = all_ask(requests // 10)
        after = all_ask(requests - requests // 10)
    finally:
        site.kill()
    return {
        "requests": requests,
        "MB before": before,
        "MB after": after,
        "growth": round(after / before - 1, 3),
    }


def resident(pid: int) -> int:
    """MB of memory of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))


def starts(folder: Path) -> dict:
    """Seconds to the first answer: of the server alone, and of all that `make run` does."""
    site = Site(folder, 1)
    site.fill()
    alone = site.start()
    site.kill()
    whole = site.start("sh", "site_config/serve.sh")
    site.kill()
    return {"server alone s": round(alone, 2), "serve.sh s": round(whole, 2)}
