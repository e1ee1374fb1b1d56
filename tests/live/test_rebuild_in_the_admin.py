"""A rebuild started on a page of a real server, which is restarted meanwhile."""

import re
import time

import httpx
import pytest

from tests.live.server import Deployment

pytestmark = [pytest.mark.live]
PAGE = "/admin/experts/expert/index/"


def logged_in(server: Deployment) -> httpx.Client:
    client = httpx.Client(base_url=server.url, timeout=60, follow_redirects=True)
    data = {"username": "eve", "password": "a-long-passphrase", **token(client, "/admin/login/")}
    client.post("/admin/login/", data=data, headers={"Referer": server.url})
    return client


def token(client: httpx.Client, page: str) -> dict[str, str]:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(page).text)
    assert found is not None
    return {"csrfmiddlewaretoken": found[1]}


def test_a_rebuild_goes_on_when_the_server_is_killed(deployment: Deployment) -> None:
    deployment.manage(
        "shell",
        "-c",
        "from django.contrib.auth.models import User;"
        "User.objects.create_superuser('eve', '', 'a-long-passphrase')",
    )
    server = deployment.start()
    client = logged_in(server)
    started = client.post(PAGE, data={**token(client, PAGE), "full": "on"})
    assert started.status_code == 200
    assert server.ask("Who can audit our webshop?").status_code == 200  # meanwhile
    server.kill()
    server.start()
    client = logged_in(server)
    deadline = time.monotonic() + 60
    while (told := client.get(f"{PAGE}status/").json())["running"]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert told["state"] == "done"
    assert "serves 6 experts: 6 embedded" in told["message"]
