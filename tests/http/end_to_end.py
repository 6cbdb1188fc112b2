#!/usr/bin/env python3
"""The whole flow of the local API against a running server, from the sign-in to the sign-out.

    python3 tests/http/end_to_end.py --user ada
    python3 tests/http/end_to_end.py --user ada --email ada@example.org --register

The password is read from ALGOAGENT_PASSWORD, or asked for. Each step is a line; the script ends
with 0 when all went well, with 1 at the first that did not, and with 2 when it was called wrongly.
What it makes is deleted at the end, except strategies, and the account where it registered one.
Nothing but Python's standard library is used, so that any of it can be copied into a client.
"""

import argparse
import getpass
import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any, Iterator

# A model thinks for minutes; a server that says nothing for longer has gone.
PATIENCE = 600


class Failed(Exception):
    """A step that went wrong, in a sentence."""


class Answer:
    """What came back: the status, the headers, and the body as JSON."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status = status
        self.headers = headers
        self.body = json.loads(text) if text else None

    def __str__(self) -> str:
        return f"{self.status} {json.dumps(self.body)[:300]}"


class Api:
    """A client: it knows the address and the token in force."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.token: str | None = None
        # The server is on this computer: a proxy could not reach it.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def open(self, method: str, path: str, body: Any = None, accept: str = "application/json") -> Any:
        """The answer as it arrives, also when it is a refusal."""
        headers = {"Accept": accept, "User-Agent": "end_to_end.py"}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(
            self.base_url + path, data=data, headers=headers, method=method
        )
        try:
            return self._opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as refusal:
            return refusal
        except (urllib.error.URLError, OSError) as fault:
            reason = getattr(fault, "reason", fault)
            raise Failed(
                f"nothing answers at {self.base_url} ({reason}). "
                "Start the server: `algoagent serve`, or Settings → Local API."
            ) from fault

    def call(self, method: str, path: str, body: Any = None, expect: int = 200) -> Answer:
        """A whole answer of the status that is expected."""
        with self.open(method, path, body) as response:
            answer = Answer(response.status, response.headers, response.read().decode())
        if answer.status != expect:
            raise Failed(f"{method} {path} answered {answer}, not {expect}")
        return answer

    def events(self, path: str, body: Any) -> Iterator[tuple[str, Any]]:
        """The server-sent events of an answer: each event's name and data."""
        with self.open("POST", path, body, accept="text/event-stream") as response:
            kind = response.headers.get_content_type()
            if response.status != 200 or kind != "text/event-stream":
                raise Failed(f"POST {path} answered {response.status} as {kind}, not a stream")
            name, data = "message", ""
            for line in response:
                text = line.decode().rstrip("\r\n")
                if not text and data:
                    yield name, json.loads(data)
                    name, data = "message", ""
                elif text.startswith("event:"):
                    name = text.removeprefix("event:").strip()
                elif text.startswith("data:"):
                    data += text.removeprefix("data:").strip()


def check(holds: bool, otherwise: str) -> None:
    """Ends the step unless `holds`."""
    if not holds:
        raise Failed(otherwise)


class Flow:
    """The steps, and what one leaves to the next."""

    def __init__(self, api: Api, user: str, email: str, password: str, model: str | None) -> None:
        self.api = api
        self.user = user
        self.email = email
        self.password = password
        self.model = {"model": model} if model else {}
        self.refresh = ""
        self.context: dict[str, Any] = {}
        self.chat: dict[str, Any] = {}

    def _carry(self, tokens: dict[str, str]) -> None:
        self.api.token, self.refresh = tokens["access"], tokens["refresh"]

    def health(self) -> str:
        health = self.api.call("GET", "/api/auth/health/").body
        check(health["status"] == "healthy", f"the server is {health['status']}")
        check(health["user"] == "anonymous", f"it takes us for {health['user']}")
        return f"{health['service']} {health['version']}"

    def register(self) -> str:
        body = {
            "username": self.user,
            "email": self.email,
            "password": self.password,
            "password2": self.password,
        }
        made = self.api.call("POST", "/api/auth/register/", body, expect=201).body
        check(made["user"]["username"] == self.user, f"the account is {made['user']}")
        return f"{self.user}; recovery code {made['recovery_code']}"

    def sign_in(self) -> str:
        body = {"username": self.user, "password": self.password}
        answer = self.api.call("POST", "/api/auth/login/", body).body
        self._carry(answer["tokens"])
        return answer["message"]

    def current_user(self) -> str:
        me = self.api.call("GET", "/api/auth/user/me/").body
        names = (me["user"]["username"], me["user"]["email"])
        check(self.user in names, f"signed in as {names[0]}")
        return f"{names[0]}, {me['profile']['default_risk_tolerance']} risk"

    def make_context(self) -> str:
        body = {
            "session_name": "End to end",
            "instructions": "Long only. Daily bars.",
            "context_data": {"universe": ["AAPL"]},
        }
        path = "/api/auth/ai-contexts/"
        self.context = self.api.call("POST", path, body, expect=201).body
        shown = self.api.call("GET", f"{path}{self.context['id']}/").body
        check(shown["context_data"] == body["context_data"], f"it holds {shown['context_data']}")
        active = self.api.call("POST", f"{path}{self.context['id']}/activate/").body
        check(active["is_active"] is True, "it is not offered to new chats")
        return f"{shown['session_name']}, number {shown['id']}"

    def ask(self) -> str:
        body = {
            "message": "Create a momentum strategy for AAPL on daily bars",
            "ai_context_id": self.context["id"],
            **self.model,
        }
        self.chat = self.api.call("POST", "/api/auth/chat/", body).body
        check(self.chat["ai_response"].strip() != "", "the answer is empty")
        return f"“{self.chat['title']}”, {len(self.chat['ai_response'])} characters"

    def go_on(self) -> str:
        body = {"message": "stop at 4 %", "session_id": self.chat["session_id"], **self.model}
        answer = self.api.call("POST", "/api/auth/chat/", body).body
        check(answer["session_id"] == self.chat["session_id"], "another chat was begun")
        check(answer["ai_response"].strip() != "", "the answer is empty")
        return f"{len(answer['ai_response'])} characters"

    def stream(self) -> str:
        body = {"message": "use 20 days", "session_id": self.chat["session_id"], **self.model}
        text, last, pieces = "", ("", {}), 0
        for last in self.api.events("/api/auth/chat/", body):
            if last[0] == "delta":
                check(last[1]["session_id"] == self.chat["session_id"], "a piece of another chat")
                text, pieces = text + last[1]["text"], pieces + 1
        check(last[0] == "done", f"the stream ended with {last}")
        check(text == last[1]["ai_response"], "the pieces are not the answer")
        check(text != "", "the answer is empty")
        return f"{len(text)} characters in {pieces} pieces"

    def list_chats(self) -> str:
        chats = self.api.call("GET", "/api/auth/chat-sessions/?page_size=200").body
        ours = [row for row in chats["results"] if row["session_id"] == self.chat["session_id"]]
        check(len(ours) == 1, "our chat is not in the list")
        check("chat_messages" not in ours[0], "the list carries messages")
        return f"{chats['count']} in all, ours with {ours[0]['message_count']} messages"

    def details(self) -> str:
        path = f"/api/auth/chat-sessions/{self.chat['session_id']}/"
        chat = self.api.call("GET", path).body
        roles = [message["role"] for message in chat["chat_messages"]]
        check(roles == ["user", "assistant"] * 3, f"its messages are by {roles}")
        check(chat["ai_context"] == self.context["id"], "it lost its context")
        first = chat["chat_messages"][1]["content"]
        check(first == self.chat["ai_response"], "the first answer changed")
        return f"{len(roles)} messages, strategies {chat['generated_strategies']}"

    def renew(self) -> str:
        before = self.refresh
        self._carry(self.api.call("POST", "/api/auth/token/refresh/", {"refresh": before}).body)
        check(self.refresh != before, "the refresh token is the old one")
        self.api.call("GET", "/api/auth/user/me/")
        return "a new pair, and it works"

    def tidy(self) -> str:
        path = f"/api/auth/chat-sessions/{self.chat['session_id']}/"
        self.api.call("DELETE", path, expect=204)
        self.api.call("GET", path, expect=404)
        self.api.call("DELETE", f"/api/auth/ai-contexts/{self.context['id']}/", expect=204)
        return "chat and context are deleted"

    def sign_out(self) -> str:
        answer = self.api.call("POST", "/api/auth/logout/", {"refresh": self.refresh}).body
        self.api.call("GET", "/api/auth/user/me/", expect=401)
        refresh = {"refresh": self.refresh}
        self.api.call("POST", "/api/auth/token/refresh/", refresh, expect=401)
        self.api.token = None
        return f"{answer['message']}; both tokens are dead"


def steps(flow: Flow, register: bool) -> Iterator[tuple[str, Any]]:
    yield "health", flow.health
    if register:
        yield "register", flow.register
    yield "sign in", flow.sign_in
    yield "current user", flow.current_user
    yield "context", flow.make_context
    yield "chat", flow.ask
    yield "continue", flow.go_on
    yield "stream", flow.stream
    yield "list", flow.list_chats
    yield "details", flow.details
    yield "refresh", flow.renew
    yield "tidy up", flow.tidy
    yield "logout", flow.sign_out
    yield "health again", flow.health


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base-url", default="http://127.0.0.1:8000", help="%(default)s")
    user = os.environ.get("ALGOAGENT_USER")
    parser.add_argument("--user", default=user, required=not user, help="or ALGOAGENT_USER")
    parser.add_argument("--register", action="store_true", help="make the account first")
    parser.add_argument("--email", help="for --register; USER@example.org without it")
    parser.add_argument("--model", help="the model that answers, such as built-in")
    return parser.parse_args()


def main() -> int:
    said = options()
    password = os.environ.get("ALGOAGENT_PASSWORD") or getpass.getpass(f"Password of {said.user}: ")
    email = said.email or f"{said.user}@example.org"
    flow = Flow(Api(said.base_url), said.user, email, password, said.model)
    for name, step in steps(flow, said.register):
        try:
            print(f"ok      {name}: {step()}", flush=True)
        except (Failed, OSError) as fault:
            print(f"FAILED  {name}: {fault}", flush=True)
            return 1
        except (KeyError, IndexError, TypeError, ValueError) as fault:
            print(f"FAILED  {name}: the answer has another shape: {fault!r}", flush=True)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
