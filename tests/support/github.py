"""A server on this machine that answers as GitHub's API does of the comments on pull requests."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_COMMENTS = re.compile(r"/repos/ada/nets/issues/7/comments(?:\?per_page=(\d+)&page=(\d+))?")
_COMMENT = re.compile(r"/repos/ada/nets/issues/comments/(\d+)")


class GitHub:
    """What the server has: comments by their numbers, and what was asked of it."""

    def __init__(self, comments: dict[int, str], token: str, answers: int | None) -> None:
        self.comments = comments
        self.asked: list[str] = []
        self.address = ""
        self._token, self._answers = token, answers

    def answer(self, method: str, path: str, token: str, content: Any) -> tuple[int, Any]:
        """Return a status, and what is said."""
        self.asked.append(method)
        if token != f"Bearer {self._token}":
            return 401, {"message": "Bad credentials"}
        if self._answers and method != "GET":
            return self._answers, {"message": "Resource not accessible by integration"}
        if match := _COMMENTS.fullmatch(path):
            return self._all(method, match, content)
        if match := _COMMENT.fullmatch(path):
            return self._one(method, int(match[1]), content)
        return 404, {"message": "Not Found"}

    def _all(self, method: str, match: re.Match[str], content: Any) -> tuple[int, Any]:
        if method == "GET":
            size, page = int(match[1]), int(match[2])
            listed = [{"id": number, "body": body} for number, body in self.comments.items()]
            return 200, listed[size * (page - 1) : size * page]
        if len(content["body"]) > 65_536:
            return 422, {"message": "body is too long"}
        number = max(self.comments, default=0) + 1
        self.comments[number] = content["body"]
        return 201, {"id": number}

    def _one(self, method: str, number: int, content: Any) -> tuple[int, Any]:
        if method == "DELETE":
            del self.comments[number]
            return 204, None
        assert method == "PATCH"
        self.comments[number] = content["body"]
        return 200, {"id": number}


@contextmanager
def serving(
    comments: dict[int, str] | None = None, *, token: str = "secret", answers: int | None = None
) -> Iterator[GitHub]:
    """Serve while the test runs; with a status that it `answers` to whatever would write."""
    github = GitHub(comments if comments is not None else {}, token, answers)

    class Handler(BaseHTTPRequestHandler):
        def _respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = json.loads(self.rfile.read(length)) if length else None
            status, said = github.answer(self.command, self.path, self.headers.get("Authorization", ""), content)
            written = b"" if said is None else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_GET = do_POST = do_PATCH = do_DELETE = _respond  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        github.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield github
        finally:
            server.shutdown()
            thread.join()
