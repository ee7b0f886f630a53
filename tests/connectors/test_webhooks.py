"""A message to an address that somebody typed: taken, refused, and never at the cost of whoever sends it."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors import webhooks
from connectors.errors import RetryableError

Answer = Callable[[socket.socket], None]
MESSAGE = {"text": "bonjour"}


class Listener:
    """Takes connections on this machine, remembers what it is sent, answers as told."""

    def __init__(self, answer: Answer) -> None:
        self.heard: list[bytes] = []
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _peer = self._socket.accept()
            except OSError:
                return
            with connection:
                self.heard.append(whole_request(connection))
                try:
                    self._answer(connection)
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def whole_request(connection: socket.socket) -> bytes:
    """A request is a head and then its body, which may come later; nothing at all from one who leaves."""
    head, length = b"", 0
    while piece := connection.recv(65536):
        head += piece
        if told := re.search(rb"\r\nContent-Length: (\d+)\r\n.*?\r\n\r\n", head, re.DOTALL | re.IGNORECASE):
            length = told.end() + int(told[1])
        if length and len(head) >= length:
            break
    return head


def saying(text: str) -> Answer:
    return lambda connection: connection.sendall(text.encode())


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take its time for what is answered at last."""
    monkeypatch.setattr(webhooks, "SECONDS", 60)
    monkeypatch.setattr(webhooks, "WHOLE_SECONDS", 60)


@pytest.fixture
def dripping() -> Iterator[Callable[[str], Answer]]:
    """Says this, and then a byte now and then, as long as the test lasts."""
    over = threading.Event()

    def beginning_with(beginning: str) -> Answer:
        def answer(connection: socket.socket) -> None:
            connection.sendall(beginning.encode())
            while not over.wait(0.05):
                connection.sendall(b"x")

        return answer

    yield beginning_with
    over.set()


@pytest.fixture
def listen() -> Iterator[Callable[[Answer], Listener]]:
    opened: list[Listener] = []

    def listening(answer: Answer) -> Listener:
        opened.append(Listener(answer))
        return opened[-1]

    yield listening
    for one in opened:
        one.close()


def test_a_message_is_posted_as_json(listen: Callable[[Answer], Listener]) -> None:
    there = listen(saying("HTTP/1.1 204 No Content\r\n\r\n"))
    webhooks.post(there.url, MESSAGE, private_network=True)
    (heard,) = there.heard
    assert heard.startswith(b"POST / HTTP/1.1")
    assert heard.endswith(b'{"text": "bonjour"}')


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404", id="not there"),
        pytest.param(
            "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n",
            "302",
            id="elsewhere",
        ),
    ],
)
def test_what_is_not_taken_is_told_by_its_status(
    listen: Callable[[Answer], Listener], answer: str, reason: str
) -> None:
    with pytest.raises(RetryableError) as raised:
        webhooks.post(listen(saying(answer)).url, MESSAGE, private_network=True)
    assert raised.value.facts == {"reason": reason}


def test_an_answer_that_does_not_end_is_not_read(
    listen: Callable[[Answer], Listener], dripping: Callable[[str], Answer]
) -> None:
    webhooks.post(listen(dripping("HTTP/1.1 200 OK\r\n\r\n")).url, MESSAGE, private_network=True)


def test_one_who_never_comes_to_the_end_of_the_head_keeps_nobody(
    listen: Callable[[Answer], Listener], dripping: Callable[[str], Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "WHOLE_SECONDS", 0.5)
    with pytest.raises(RetryableError) as raised:
        webhooks.post(listen(dripping("HTTP/1.1 200 OK\r\nX-Slow: ")).url, MESSAGE, private_network=True)
    assert raised.value.facts == {"reason": "Timeout"}


def test_a_private_address_hears_nothing(listen: Callable[[Answer], Listener]) -> None:
    there = listen(saying("HTTP/1.1 204 No Content\r\n\r\n"))
    with pytest.raises(RetryableError) as raised:
        webhooks.post(there.url, MESSAGE)
    assert raised.value.facts == {"reason": "ForbiddenAddressError"}
    assert b"".join(there.heard) == b""


def test_a_proxy_of_this_machine_does_not_lead_around_the_watch(
    listen: Callable[[Answer], Listener], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = listen(saying("HTTP/1.1 204 No Content\r\n\r\n"))
    monkeypatch.setenv("http_proxy", proxy.url)
    with pytest.raises(RetryableError):
        webhooks.post("http://169.254.169.254/latest/", MESSAGE)
    assert proxy.heard == []


def test_a_password_of_this_machine_is_not_told(
    listen: Callable[[Answer], Listener], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login root password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    there = listen(saying("HTTP/1.1 204 No Content\r\n\r\n"))
    webhooks.post(there.url, MESSAGE, private_network=True)
    assert b"authorization" not in there.heard[0].lower()
