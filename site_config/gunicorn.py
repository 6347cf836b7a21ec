"""What gunicorn does besides serving: with METRICS_PORT, the numbers of all workers at a port."""

import os
import shutil

port = os.environ.get("METRICS_PORT", "0")
host = os.environ.get("METRICS_HOST", "127.0.0.1")
if port != "0":
    # Each worker counts into a file of its own; those of another run would be counted again. Before
    # prometheus_client is imported anywhere, since it looks for the folder then.
    folder = os.path.join(os.environ.get("DATA_DIR", "data"), "metrics")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder


def when_ready(server) -> None:
    """In the first process, which has no requests to answer."""
    if port == "0":
        return
    from prometheus_client import CollectorRegistry, multiprocess, start_http_server

    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    start_http_server(int(port), addr=host, registry=registry)


def child_exit(server, worker) -> None:
    if port != "0":
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)
