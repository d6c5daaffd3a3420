"""A server that answers with any bytes, for tests of what HTTP does not foresee."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass
class Raw:
    """A running server: its address, and the head of each request that came."""

    port: int
    scheme: str = "http"
    asked: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def address(self) -> str:
        """Of the server, without a path."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def sent(self, name: str) -> list[str | None]:
        """Return what each request said in a header."""
        return [header(head, name) for head in self.asked]


Send = Callable[[bytes], None]
Answer = Callable[[Raw, str, Send], None]


def header(head: str, name: str) -> str | None:
    """Return a header of a request."""
    for line in head.split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return None


def answered(
    body: bytes, *headers: str, status: str = "200 OK", length: bool = True, begins: str = "HTTP/1.1"
) -> bytes:
    """Return a whole answer, with its length unless told otherwise."""
    lines = [f"{begins} {status}", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


@contextlib.contextmanager
def raw_server(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Raw]:
    """Run a server that hands each request's head to ``answer(server, head, send)``, each in a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = Raw(listening.getsockname()[1], "https" if tls else "http")

    def serve(connection: socket.socket) -> None:
        # who asked may be gone before the answer
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            connection.settimeout(30)
            way = stack.enter_context(tls.wrap_socket(connection, server_side=True)) if tls else connection
            head = b""
            while b"\r\n\r\n" not in head:
                data = way.recv(2**16)
                if not data:
                    return
                head += data
            text = head.decode("latin-1")
            server.asked.append(text)
            answer(server, text, way.sendall)
            if not tls:
                way.shutdown(socket.SHUT_WR)
                while way.recv(2**16):  # a socket that is closed before it was read resets what was sent
                    pass

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            if server.ended.is_set():
                connection.close()
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        with contextlib.suppress(OSError):  # wakes the thread that accepts
            socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
        thread.join(timeout=10)
        listening.close()


def always(data: bytes) -> Answer:
    """Return an answer of the same bytes to every request."""
    return lambda server, head, send: send(data)


def in_turn(*answers: bytes) -> Answer:
    """Return answers of these bytes to one request after the other, the last one to all that follow."""
    return lambda server, head, send: send(answers[min(len(server.asked), len(answers)) - 1])


def endless(begins: bytes, again: bytes) -> Answer:
    """Return an answer that never ends, of the same bytes again and again, as fast as they are read."""

    def answer(server: Raw, head: str, send: Send) -> None:
        send(begins)
        while not server.ended.is_set():
            send(again)

    return answer


def trickling(begins: bytes, again: bytes, seconds: float = 0.02) -> Answer:
    """Return an answer that never ends, of which a little comes now and then."""

    def answer(server: Raw, head: str, send: Send) -> None:
        send(begins)
        while not server.ended.wait(seconds):
            send(again)

    return answer
