#!/usr/bin/env python3
"""Tries a running server against its own schema, with schemathesis.

The server is one that may be filled with nonsense: `cargo xtask test --only http` starts it. An
account calls what the schema allows and what it forbids; a second one must see nothing of that.
What ends sessions is tried apart, by accounts that sign in again whenever they were thrown out.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any, Callable

from end_to_end import Api, Failed

HERE = Path(__file__).resolve().parent
# What ends the session that asks for it.
ENDING = ["logout", "sessions_end"]
# As the configuration calls them.
PEERS = ["ada", "grace"]


def account(api: Api, name: str) -> tuple[str, str, str]:
    """A new account: its user name, its password and a token."""
    username = f"{name}-{uuid.uuid4().hex[:12]}"
    password = str(uuid.uuid4())
    body = {"username": username, "email": f"{username}@example.org"}
    body |= {"password": password, "password2": password}
    made = api.call("POST", "/api/auth/register/", body, expect=201).body
    return username, password, made["tokens"]["access"]


def furnish(api: Api, token: str) -> None:
    """Gives an account one of everything, so that there is something to read and to change."""
    api.token = token
    context = api.call("POST", "/api/auth/ai-contexts/", {"session_name": "Momentum"}, expect=201)
    ask = {"message": "Create a momentum strategy for AAPL", "ai_context_id": context.body["id"]}
    chat = api.call("POST", "/api/auth/chat/", ask).body
    api.call("POST", "/api/auth/chat/", {"message": "stop at 4 %", "session_id": chat["session_id"]})
    api.token = None


def bearing(username: str, password: str, token: str) -> dict[str, Any]:
    """Somebody who calls with one token throughout."""
    return {"fixedHeaders": [{"name": "Authorization", "value": f"Bearer {token}"}]}


def returning(username: str, password: str, token: str) -> dict[str, Any]:
    """Somebody who signs in again after every refused token."""
    return {
        "loginEndpointAuth": {
            "endpoint": "/api/auth/login/",
            "verb": "POST",
            "contentType": "application/json",
            "payloadRaw": json.dumps({"username": username, "password": password}),
            "token": {
                "extractFrom": "body",
                "extractSelector": "/tokens/access",
                "sendIn": "header",
                "sendName": "Authorization",
                "sendTemplate": "Bearer {token}",
            },
        }
    }


def run(api: Api, folder: Path, kind: Callable[..., dict[str, Any]], arguments: list[str]) -> int:
    """One run of schemathesis between two new accounts, and how it ended."""
    people = [account(api, name) for name in PEERS]
    for _, _, token in people:
        furnish(api, token)
    named = [{"name": name, **kind(*person)} for name, person in zip(PEERS, people)]
    identities = folder / "identities.json"
    identities.write_text(json.dumps({"auth": named}))
    program = Path(sys.executable).with_name("schemathesis")
    command = [program, "--config-file", HERE / "schemathesis.toml", "run", *arguments]
    environment = {**os.environ, "ALGOAGENT_IDENTITIES": str(identities)}
    # It starts in a folder that is thrown away, with whatever it leaves there.
    return subprocess.run(
        [*command, f"{api.base_url}/api/schema/"], cwd=folder, env=environment
    ).returncode


def chosen(way: str, names: list[str]) -> list[str]:
    return [word for name in names for word in (f"--{way}-operation-id", name)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base-url", required=True)
    api = Api(parser.parse_args().base_url)
    with tempfile.TemporaryDirectory(prefix="algoagent-conform-") as name:
        folder = Path(name)
        ended = [
            run(api, folder, bearing, chosen("exclude", ENDING)),
            run(api, folder, returning, chosen("include", [*ENDING, "sessions_list"])),
        ]
    return max(ended)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as fault:
        print(f"FAILED: {fault}")
        sys.exit(1)
