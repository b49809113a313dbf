"""What a person's browser does, as little of it as measuring needs: cookies, forms, redirects."""

import json
import re
import secrets
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode, urlsplit

from evals.errors import MeasurementError

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_TIMEOUT_SECONDS = 60.0
_SEE_OTHER = 303


class Visitor:
    """Visits one server on this machine. Each request is a connection of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}

    def health(self) -> str:
        """`ready` or `starting`. Raises OSError while nobody listens."""
        status: str = json.loads(self.get("/healthz"))["status"]
        return status

    def get(self, path: str) -> str:
        return self._request("GET", path)[1]

    def sign_in(self, username: str, one_time_password: str) -> None:
        """With a one-time password, which has to be changed first. Raises MeasurementError."""
        self._post("/signin", "/signin", {"username": username, "password": one_time_password})
        lasting = secrets.token_urlsafe(18)
        passwords = {"current": one_time_password, "new": lasting, "again": lasting}
        self._post("/password", "/password", passwords)

    def ask(self, question: str) -> str:
        """The page with the answer."""
        return self.get(self._post("/", "/questions", {"question": question}))

    def say(self, question: str, conversation: str = "") -> str:
        """Ask in a conversation, or begin one; gives its id."""
        fields = {"question": question, "conversation": conversation}
        path = urlsplit(self._post("/", "/questions", fields)).path
        return path.rpartition("/")[2]

    def _post(self, form: str, path: str, fields: Mapping[str, str]) -> str:
        """Send the form that stands on a page; returns where the answer to it leads."""
        token = _TOKEN.search(self.get(form))
        if token is None:
            raise MeasurementError(f"ページ {form} に入力欄がありません。")
        response, _ = self._request("POST", path, {"csrf_token": token[1], **fields})
        if response.status != _SEE_OTHER:
            raise MeasurementError(
                f"{path} への送信が受け付けられませんでした（{response.status}）。"
            )
        return response.headers["Location"]

    def _request(
        self, method: str, path: str, fields: Mapping[str, str] | None = None
    ) -> tuple[HTTPResponse, str]:
        headers = {"Accept": "text/html", "Cookie": self._cookie_header()}
        body = None
        if fields is not None:
            body = urlencode(fields)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"http://127.0.0.1:{self._port}"
        connection = HTTPConnection("127.0.0.1", self._port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
        finally:
            connection.close()
        self._remember(response)
        return response, text

    def _remember(self, response: HTTPResponse) -> None:
        for header in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = header.partition("=")
            self._cookies[name.strip()] = rest.partition(";")[0]

    def _cookie_header(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())
