"""The one comment on a pull request that is written anew each time. Source: https://docs.github.com/en/rest/issues/comments."""

import json
from collections.abc import Iterator, Mapping
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

_A_PAGE = 100
_MOST_PAGES = 50
_SECONDS = 30


class PullRequest(NamedTuple):
    """A pull request, and a token that may comment on it."""

    api: str
    """The address of the API."""
    repository: str
    number: int
    token: str

    def say(self, text: str, marker: str) -> None:
        """Have one comment that begins with the marker say this; without a text have none.

        Errors: CommentError where GitHub does not let us.
        """
        before = next((one for one in self._comments() if one["body"].startswith(marker) and _is_trusted(one)), None)
        if before is None:
            if text:
                self._ask("POST", f"issues/{self.number}/comments", {"body": text})
        elif not text:
            self._ask("DELETE", f"issues/comments/{int(before['id'])}")
        elif before["body"] != text:
            self._ask("PATCH", f"issues/comments/{int(before['id'])}", {"body": text})

    def _comments(self) -> Iterator[Any]:
        for page in range(1, _MOST_PAGES + 1):
            listed = self._ask("GET", f"issues/{self.number}/comments?per_page={_A_PAGE}&page={page}")
            yield from listed
            if len(listed) < _A_PAGE:
                return

    def _ask(self, method: str, path: str, content: object = None) -> Any:
        request = Request(
            f"{self.api}/repos/{self.repository}/{path}",
            None if content is None else json.dumps(content).encode(),
            {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.github+json"},
            method=method,
        )
        try:
            with urlopen(request, timeout=_SECONDS) as answer:
                return json.loads(answer.read() or b"null")
        except HTTPError as error:
            if error.code in (401, 403, 404):
                raise CommentError(
                    f"the token may not comment ({error.code}): give the job `permissions: {{pull-requests: write}}`; "
                    "pull requests of forks have no token that may, and the job's summary alone"
                ) from None
            raise CommentError(f"GitHub answers {error.code}: {error.reason}") from None
        except (OSError, HTTPException, ValueError) as error:
            raise CommentError(f"GitHub does not answer: {error}") from None


def _is_trusted(comment: Mapping[str, Any]) -> bool:
    """Whether it is a token's that may write here: a stranger's comment could begin with the marker too."""
    return comment["user"]["type"] == "Bot" or comment["author_association"] in ("OWNER", "MEMBER", "COLLABORATOR")


class CommentError(Exception):
    """There is no comment: why."""
