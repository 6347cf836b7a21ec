"""Measures the site against a reference server, both in one run: make bench.

Machines differ and are noisy, so what counts is the ratio. The two servers have the same gunicorn, one
worker and four threads each, and are asked in turns, A B B A, by the same client. CPU time is that of the
server's processes, for each request.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from tests.find_chromium import find_chromium
from tests.sites import ROOT, served

CONNECTIONS = 4
SECONDS = 2.0  # of each turn
ROUNDS = 3  # of four turns
ARTICLE = "/exercises/leg-press/"
BROWSER = {"Accept-Encoding": "gzip, deflate, br", "User-Agent": "bench"}
TICKS = os.sysconf("SC_CLK_TCK")


class Server(NamedTuple):
    port: int
    pid: int


class Turn(NamedTuple):
    requests: int
    seconds: float
    cpu: float  # seconds

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    @property
    def cpu_each(self) -> float:
        """Milliseconds."""
        return 1000 * self.cpu / self.requests


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, reference() as plain, served(Path(folder)) as site:
        port = int(site.rsplit(":", 1)[1])
        ours = Server(port, listening(port))
        etag = headers_of(ours, ARTICLE)["etag"]
        print(f"{'':34}{'requests/s':>12}{'ratio':>8}{'aim':>6}{'CPU ms':>9}{'ratio':>8}")
        for name, path, extra, least, aim in [
            ("any stance's panel, warm", f"{ARTICLE}panel/?height=high&width=wide", {}, 0.35, 0.60),
            ("the full article, warm", f"{ARTICLE}?height=high", {}, 0.35, 0.60),
            ("the article, not changed (304)", ARTICLE, {"If-None-Match": etag}, 0.40, 0.65),
        ]:
            a, b = interleaved(plain, ours, path, extra)
            ratio = middle(b, "rate") / middle(a, "rate")
            verdict = "" if ratio >= least else f"  below {least:.2f}"
            cpu = middle(b, "cpu_each")
            print(
                f"{name:34}{middle(b, 'rate'):12.0f}{ratio:8.2f}{aim:6.2f}{cpu:9.3f}"
                f"{cpu / middle(a, 'cpu_each'):8.2f}{verdict}"
            )
        print(f"{'the reference':34}{middle(a, 'rate'):12.0f}{'1.00':>8}{'':6}{middle(a, 'cpu_each'):9.3f}")
        cold(ours)
        painted(site)
    many()


def interleaved(
    plain: Server, ours: Server, path: str, extra: dict, plain_path: str = "/"
) -> tuple[list[Turn], list[Turn]]:
    """The turns of the reference and of the site, which is asked for the path."""
    a: list[Turn] = []
    b: list[Turn] = []
    for server, asked, more in ((plain, plain_path, {}), (ours, path, extra)):
        turn(server, asked, more, 0.5)  # to warm up
    for _ in range(ROUNDS):
        for turns, server, asked, more in (
            (a, plain, plain_path, {}),
            (b, ours, path, extra),
            (b, ours, path, extra),
            (a, plain, plain_path, {}),
        ):
            turns.append(turn(server, asked, more, SECONDS))
    return a, b


def middle(turns: list[Turn], what: str) -> float:
    return statistics.median(getattr(turn, what) for turn in turns)


def turn(server: Server, path: str, extra: dict, seconds: float) -> Turn:
    """Ask for the path over and over, on connections that stay open."""
    counts = [0] * CONNECTIONS
    end = time.perf_counter() + seconds

    def ask(number: int) -> None:
        while time.perf_counter() < end:
            # A worker that has answered its share of requests closes them and another takes its place.
            with connected(server) as get, suppress(ConnectionError):
                while time.perf_counter() < end:
                    get(path, extra)
                    counts[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    started, before = time.perf_counter(), cpu_of(server)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Turn(sum(counts), time.perf_counter() - started, cpu_of(server) - before)


def cold(server: Server) -> None:
    """Each panel of the leg press for the first time, on a worker that has read the article."""
    stances = [f"height={height}&width={width}" for height in ("high", "low") for width in ("narrow", "wide")]
    times = []
    with connected(server) as get:
        for lens in ("taught", "studies"):
            for stance in stances:
                started = time.perf_counter()
                get(f"{ARTICLE}panel/?{stance}&lens={lens}&cold=1", {})
                times.append(1000 * (time.perf_counter() - started))
    print(
        f"a stance's first panel: median {statistics.median(times):.1f} ms, most {max(times):.1f} ms (of 25)"
    )


PAINTED = """async () => {
    const times = [];
    const radios = [...document.querySelectorAll(".picker input[type=radio]")];
    for (let round = 0; round < 6; round++)
        for (const radio of radios.filter(radio => !radio.checked)) {
            const swapped = new Promise(done => addEventListener("htmx:afterSwap", done, {once: true}));
            const start = performance.now();
            radio.click();
            await swapped;
            await new Promise(done => requestAnimationFrame(() => setTimeout(done)));  // a frame is out
            times.push(performance.now() - start);
            await new Promise(done => setTimeout(done, 300));
        }
    return times;
}"""


def painted(site: str) -> None:
    """From the choice of an option to the frame that shows its panel, in Chromium, nothing fetched ahead."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
        page.goto(f"{site}{ARTICLE}")
        times = page.evaluate(PAINTED)
        browser.close()
    print(f"from choice to paint: median {statistics.median(times):.1f} ms, most {max(times):.1f} ms; aim 50")


def many() -> None:
    """The panel, made anew for each request, with 10 exercises beside it and with 10,000."""
    path = f"{ARTICLE}panel/?height=high&width=wide"
    with ExitStack() as stack:
        servers = []
        for count in (10, 10_000):
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            site = stack.enter_context(served(folder, KEPT_PAGES_MB="0"))
            fill = [sys.executable, "-m", "tests.bench.many", str(count)]
            subprocess.run(fill, cwd=ROOT, env={**os.environ, "DATA_DIR": str(folder)}, check=True)
            port = int(site.rsplit(":", 1)[1])
            servers.append(Server(port, listening(port)))
        few, full = interleaved(*servers, path, {}, path)
    ratio = middle(full, "cpu_each") / middle(few, "cpu_each")
    verdict = "" if ratio <= 1.10 else "  above 1.10"
    print(
        f"a panel that is not kept: {middle(few, 'cpu_each'):.2f} ms of CPU with 10 more exercises, "
        f"{middle(full, 'cpu_each'):.2f} with 10,000: ratio {ratio:.2f}{verdict}"
    )


@contextmanager
def connected(server: Server):
    """A connection that stays open. Gives a function that asks and returns the head of the answer."""
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield asker(sock)


def asker(sock: socket.socket) -> Callable[[str, dict], bytes]:
    def get(path: str, extra: dict) -> bytes:
        headers = "".join(f"{name}: {value}\r\n" for name, value in {**BROWSER, **extra}.items())
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n".encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += received(sock)
        head, _, body = answer.partition(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 304")):
            raise RuntimeError(head[:200].decode())
        left = int(found[1]) - len(body) if (found := re.search(rb"(?i)content-length: (\d+)", head)) else 0
        while left > 0:
            left -= len(received(sock))
        return head

    return get


def received(sock: socket.socket) -> bytes:
    if not (data := sock.recv(65536)):
        raise ConnectionError("The server has closed the connection.")
    return data


def headers_of(server: Server, path: str) -> dict[str, str]:
    with connected(server) as get:
        lines = get(path, {}).decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


@contextmanager
def reference():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "gunicorn", "tests.bench.reference", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--threads", "4", "--log-level", "warning"]
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def listening(port: int) -> int:
    """The process whose command names the port: the server's first, which has the workers as children."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            command = (entry / "cmdline").read_bytes().split(b"\0")
            if b"gunicorn" in command and f"127.0.0.1:{port}".encode() in command:
                parent = (entry / "stat").read_text().rsplit(")", 1)[1].split()[1]
                if b"gunicorn" not in Path("/proc", parent, "cmdline").read_bytes():
                    return int(entry.name)
    raise RuntimeError(f"Nothing listens at port {port}.")


def cpu_of(server: Server) -> float:
    """Seconds that the server's processes have computed so far."""
    pids = [server.pid]
    pids += map(int, Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split())
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


if __name__ == "__main__":
    main()
