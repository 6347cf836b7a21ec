"""A short run of what `make soak` does at length: the site is killed while people write."""

import pytest
from django.db import connection

from tests.soak import kills


@pytest.mark.skipif(connection.vendor != "sqlite", reason="looks into the file of SQLite")
def test_what_was_acknowledged_survives_kill_9_and_nothing_is_half_there(tmp_path):
    found = kills.run(tmp_path, times=3, DEBUG="1")  # which compresses no static files
    assert found["wrong"] == []
    assert found["errors"] == []
    assert all(found["acknowledged"].values()), found["acknowledged"]
