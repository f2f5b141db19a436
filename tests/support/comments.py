"""A server on this machine that answers as the APIs of GitHub and GitLab do of the comments on a request."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import parse_qs

Answer = tuple[int, Any]
"""A status, and what is said."""


class Host:
    """What the server has: comments by their numbers, and what was asked of it."""

    of_all: re.Pattern[str]
    of_one: re.Pattern[str]
    longest: int

    def __init__(
        self, comments: dict[int, str] | None = None, token: str = "secret", answers: int | None = None
    ) -> None:
        """Have comments; give an answer of one's own, a status, to whatever would write."""
        self.comments = comments if comments is not None else {}
        self.asked: list[str] = []
        self.address = ""
        self._token, self._answers = token, answers

    def author(self, number: int) -> dict[str, Any]:
        """Return what is said of who wrote a comment."""
        return {}

    def token(self, headers: Message) -> str | None:
        """Return the token that was sent."""
        raise NotImplementedError

    def body(self, content: bytes) -> str:
        """Return the comment that was sent."""
        raise NotImplementedError

    def answer(self, method: str, path: str, headers: Message, content: bytes) -> Answer:
        """Return the answer to a request."""
        self.asked.append(method)
        if self.token(headers) != self._token:
            return 401, {"message": "Bad credentials"}
        if self._answers and method != "GET":
            return self._answers, {"message": "Resource not accessible by integration"}
        if match := self.of_all.fullmatch(path):
            return self._all(method, match, content)
        if match := self.of_one.fullmatch(path):
            return self._one(method, int(match[1]), content)
        return 404, {"message": "Not Found"}

    def _all(self, method: str, match: re.Match[str], content: bytes) -> Answer:
        if method == "GET":
            size, page = int(match["size"]), int(match["page"] or 1)
            listed = [{"id": number, "body": body, **self.author(number)} for number, body in self.comments.items()]
            return 200, listed[size * (page - 1) : size * page]
        if len(body := self.body(content)) > self.longest:
            return 422, {"message": "body is too long"}
        number = max(self.comments, default=0) + 1
        self.comments[number] = body
        return 201, {"id": number}

    def _one(self, method: str, number: int, content: bytes) -> Answer:
        if method == "DELETE":
            del self.comments[number]
            return 204, None
        self.comments[number] = self.body(content)
        return 200, {"id": number}


class GitHub(Host):
    """The comments on pull request 7 of ada/nets."""

    of_all = re.compile(r"/repos/ada/nets/issues/7/comments(?:\?per_page=(?P<size>\d+)&page=(?P<page>\d+))?")
    of_one = re.compile(r"/repos/ada/nets/issues/comments/(\d+)")
    longest = 65_536
    strangers: frozenset[int] = frozenset()
    """The comments of those who may not write to the repository."""

    def author(self, number: int) -> dict[str, Any]:
        user = {"login": "eve", "type": "User"} if number in self.strangers else {"login": "github", "type": "Bot"}
        return {"user": user, "author_association": "NONE"}

    def token(self, headers: Message) -> str | None:
        return (headers["Authorization"] or "").removeprefix("Bearer ")

    def body(self, content: bytes) -> str:
        return str(json.loads(content)["body"])


class GitLab(Host):
    """The notes on merge request 7 of project 3."""

    of_all = re.compile(r"/projects/3/merge_requests/7/notes(?:\?per_page=(?P<size>\d+)&sort=asc)?(?P<page>)")
    of_one = re.compile(r"/projects/3/merge_requests/7/notes/(\d+)")
    longest = 1_000_000

    def token(self, headers: Message) -> str | None:
        return headers["PRIVATE-TOKEN"]

    def body(self, content: bytes) -> str:
        (body,) = parse_qs(content.decode())["body"]
        return body


AnyHost = TypeVar("AnyHost", bound=Host)


@contextmanager
def serving(host: AnyHost) -> Iterator[AnyHost]:
    """Serve while the test runs."""

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"] or 0))
            status, said = host.answer(self.command, self.path, self.headers, content)
            written = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _respond  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        host.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield host
        finally:
            server.shutdown()
            thread.join()
