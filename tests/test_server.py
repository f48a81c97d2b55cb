"""The server: files only, compressed, cached, strict."""

from __future__ import annotations

import gzip
import http.client
import socket
import threading
from pathlib import Path

import brotli
import pytest
from starlette.testclient import TestClient

from backsight.errors import SiteError
from backsight.server import POLICY, application, listen

HOME = "<!doctype html><title>home</title>" + "word " * 300
SCRIPT = "export const answer = 42;\n" * 100


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.with_name(path.name + ".br").write_bytes(brotli.compress(text.encode()))
    path.with_name(path.name + ".gz").write_bytes(gzip.compress(text.encode()))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    put(folder / "index.html", HOME)
    put(folder / "sandbox/index.html", HOME)
    put(folder / "assets/home-abc123.js", SCRIPT)
    put(folder / "assets/python.worker-abc123.js", SCRIPT)
    put(folder / "assets/kernel.worker-abc123.js", SCRIPT)
    put(folder / "payload/0123/net.json", "{}" * 400)
    (folder / "py").mkdir()
    (folder / "py/core-0123.zip").write_bytes(b"zip")
    (folder / "assets/runtime.mjs").write_text("export {};")
    (folder / "assets/runtime.wasm").write_bytes(b"wasm")
    put(folder / "404.html", '<link href="./assets/look.css"><a href="./">Back</a>' + " " * 600)
    (folder / "icon.svg").write_text("<svg/>")
    (folder / ".stamp").write_text("hidden")
    (folder / ".pages").mkdir()
    (folder / ".pages/index.html").write_text("hidden")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def client(site: Path) -> TestClient:
    return TestClient(application(site), follow_redirects=False)


def test_home_and_folders(client: TestClient) -> None:
    for address in ("/", "/index.html", "/sandbox/"):
        response = client.get(address)
        assert response.status_code == 200
        assert response.text == HOME
        assert response.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("br;q=nonsense", None),
        ("identity", None),
    ],
)
def test_the_best_encoding_that_is_accepted(client: TestClient, accept: str, encoding: str | None) -> None:
    with client.stream("GET", "/assets/home-abc123.js", headers={"accept-encoding": accept}) as response:
        assert response.headers.get("content-encoding") == encoding
        assert response.headers["vary"] == "accept-encoding"
        assert response.headers["content-type"] == "text/javascript; charset=utf-8"
        raw = b"".join(response.iter_raw())
    assert int(response.headers["content-length"]) == len(raw)
    plain = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](raw)
    assert plain.decode() == SCRIPT


def test_hashed_names_are_cached_for_good_and_pages_asked_again(client: TestClient) -> None:
    for address in ("/assets/home-abc123.js", "/payload/0123/net.json", "/py/core-0123.zip"):
        assert "immutable" in client.get(address).headers["cache-control"]
    for address in ("/", "/sandbox/", "/icon.svg"):
        assert client.get(address).headers["cache-control"] == "no-cache"


def test_not_modified(client: TestClient) -> None:
    first = client.get("/", headers={"accept-encoding": "br"})
    again = client.get(
        "/", headers={"accept-encoding": "br", "if-none-match": f'"x", W/{first.headers["etag"]}'}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = client.get("/", headers={"accept-encoding": "gzip", "if-none-match": first.headers["etag"]})
    assert other.status_code == 200  # another encoding is another representation


def test_head_tells_the_same_without_a_body(client: TestClient) -> None:
    got, head = client.get("/"), client.head("/")
    assert head.status_code == 200
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == got.headers["content-length"]


def test_only_reading(client: TestClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, "/").status_code == 405


@pytest.mark.parametrize("address", ["/", "/icon.svg", "/nowhere", "/sandbox"])
def test_the_policy_is_on_every_answer(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_only_the_workers_that_need_it_are_allowed_more(client: TestClient) -> None:
    python = client.get("/assets/python.worker-abc123.js").headers["content-security-policy"]
    assert python == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    kernel = client.get("/assets/kernel.worker-abc123.js").headers["content-security-policy"]
    assert kernel == "default-src 'none'; script-src 'self' blob:"
    assert "unsafe" not in POLICY
    assert client.get("/assets/home-abc123.js").headers["content-security-policy"] == POLICY


def test_browsers_are_told_what_modules_and_webassembly_are(client: TestClient) -> None:
    assert client.get("/assets/runtime.mjs").headers["content-type"] == "text/javascript; charset=utf-8"
    assert client.get("/assets/runtime.wasm").headers["content-type"] == "application/wasm"


def test_a_folder_without_its_slash_is_redirected_relatively(client: TestClient) -> None:
    response = client.get("/sandbox?seed=7")
    assert response.status_code in (307, 308)
    assert response.headers["location"] == "sandbox/?seed=7"


def test_a_missing_page_is_kind_and_finds_its_way_home(client: TestClient) -> None:
    shallow, deep = client.get("/nowhere"), client.get("/no/where/at/all")
    assert shallow.status_code == deep.status_code == 404
    assert '<a href="./">' in shallow.text
    assert '<a href="../../../">' in deep.text


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "//secret.txt",
        "/link.txt",
        "/.stamp",
        "/.pages/index.html",
        "/index.html.br",
        "/sandbox/index.html%00",
    ],
)
def test_nothing_outside_the_site_exists(site: Path, target: str) -> None:
    """Asked for over a real connection: a client library would tidy these addresses up."""
    import uvicorn

    with listen("127.0.0.1", 0) as listener:
        server = uvicorn.Server(uvicorn.Config(application(site), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=10)
            connection.request("GET", target)
            response = connection.getresponse()
            body = response.read()
            connection.close()
        finally:
            server.should_exit = True
            thread.join()
    assert response.status == 404
    assert b"secret" not in body
    assert b"hidden" not in body


def test_a_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="no site"):
        application(tmp_path)


def test_a_port_in_use_names_the_port_and_the_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SiteError, match=rf"Port {port} .* in use") as caught:
            listen("127.0.0.1", port)
    assert "--port" in caught.value.remedy


def test_an_unknown_host_is_refused() -> None:
    with pytest.raises(SiteError, match="not known"):
        listen("no-such-host.invalid", 0)
