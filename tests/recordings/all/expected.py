#!/usr/bin/env python3
"""Says what every recorded answer means, independently of the decoders under test.

It reads each body as its format's own description says (server-sent events, lines of JSON,
one JSON value, a JSON array in the place of events; gzip where the headers say so) and
writes `expected.json`: an object from the recording's id to

 * `stream` and `whole`: text, reasoning, usage, finish (the service's word), whole (it said
   that the answer is complete), model (that answered), blocked (the prompt was refused: the
   service's word), refusal (a text that refuses, apart from the answer), calls (names of the
   functions it wants called), error (one in mid-stream; the text is that before it)
 * `error`: http (the status), said (the body's own code, type, status and message), code
   (our word for it)
 * `models`: the ids that the list names
 * `other`: nothing but its API; a chat client must refuse it or end cleanly

`expected.py --check` writes nothing and fails when `expected.json` is out of date.
"""

import gzip
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent

# Bodies


def lines(text):
    """Lines as server-sent events have them: they end with CR LF, LF or CR, nothing else."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def events(text):
    """The values of server-sent events, and of bare objects between them.

    A field is the part before the first colon, less one space after it; the `data` lines of
    an event are joined with LF; a line that begins with a colon is a comment. Unlike in
    browsers an event counts without a blank line after it, when the body ends there.
    """
    block = []
    for line in lines(text.removeprefix("\ufeff")) + [""]:
        if line:
            block.append(line)
            continue
        data = [one[5:].removeprefix(" ") for one in block if one.startswith("data:")]
        if data:
            if "\n".join(data).strip() != "[DONE]":
                yield json.loads("\n".join(data))
        elif block and block[0].lstrip().startswith("{"):
            yield json.loads("\n".join(block))
        else:
            for one in block:
                if not one.startswith((":", "event:", "id:", "retry:")):
                    raise ValueError(f"neither field nor comment: {one!r}")
        block = []


def values(row, body):
    """Every JSON value of a body, in order."""
    text = body.decode("utf-8", errors="strict")
    if text.lstrip().startswith("["):
        yield from json.loads(text)
    elif row["file"].endswith(".ndjson"):
        yield from (json.loads(line) for line in lines(text) if line.strip())
    elif "text/event-stream" in dict(row["headers"])["content-type"]:
        yield from events(text)
    else:
        yield json.loads(text)


# What an error is called

# Anything that says that the conversation doesn't fit the model.
TOO_LONG = re.compile(
    r"context.?(length|window|size)|maximum context|prompt is too long|too many tokens"
    r"|token count.*exceeds|input \(\d+ tokens\) is too large",
    re.I,
)
# The service looked at the content and won't have it.
BLOCKED = re.compile(r"content.?(policy|filter)|blocked by|safety system|prohibited", re.I)
# Waiting a minute doesn't help: the day's share is used up, there is none, or it isn't paid.
NO_QUOTA = re.compile(
    r"insufficient_quota|per.?day|daily|limit: 0\b|credit balance|insufficient (balance|credit|funds)",
    re.I,
)
REGION = re.compile(r"location is not supported|unsupported_country|region", re.I)
NO_MODEL = re.compile(r"model_not_found|invalid_model\b|model.{0,80}does not exist", re.I)
BAD_KEY = re.compile(
    r"API_KEY_INVALID|SERVICE_DISABLED|invalid_api_key|authentication_error|permission_error", re.I
)


def called(status, text, said):
    """Our word for an error: from its status and words, the most telling first."""
    words = " ".join(str(value) for value in said.values() if value is not None)
    if text.lstrip().startswith("<"):
        # A captive portal, a proxy, a wrong address: no service of ours answers with a page.
        return "not_the_service"
    if TOO_LONG.search(words):
        # Comes as 400, 413, 500: the words count, and shortening helps where waiting doesn't.
        return "context_too_long"
    if BLOCKED.search(words):
        return "blocked"
    if status == 402 or NO_QUOTA.search(words) or (status == 429 and re.search("PerDay|Daily", text)):
        # Before the 429 below, whose status it shares. A Gemini quota names its span in details.
        return "quota_exhausted"
    if said["status"] == "FAILED_PRECONDITION" or (status in (400, 403) and REGION.search(words)):
        # Gemini, 400: the location isn't served, or not without billing. The message may be empty
        # of sense, so the status word decides. Before 403, which others send for the same.
        return "region_refused"
    if BAD_KEY.search(text) or status in (401, 403):
        # A bad key is 400 with a reason, 401 or 403. A key whose project hasn't enabled the API
        # (403, SERVICE_DISABLED) is of no use either.
        return "key_refused"
    if status == 404 or NO_MODEL.search(words):
        # Some services answer 400 for a model that they don't know.
        return "model_gone"
    if status == 429:
        return "rate_limited"
    if status >= 500 or "overloaded" in words.lower():
        return "overloaded"
    return "request_refused"


def said_by(value):
    """The words of an error body: of its `error`, of a bare string there, or of itself."""
    if isinstance(value, list):
        value = value[0]
    error = value.get("error", value)
    if not isinstance(error, dict):
        # Ollama's is a string; Mistral's `"object": "error"` stands at the top.
        error = {"message": error} if isinstance(error, str) else value
    return {key: error.get(key) for key in ("code", "type", "status", "message")}


# What an answer means


class Answer:
    def __init__(self):
        self.text, self.reasoning, self.refusal, self.calls = [], [], [], []
        self.usage = self.finish = self.model = self.blocked = self.error = None
        self.complete = False

    def meaning(self, kind):
        text, reasoning = "".join(self.text), "".join(self.reasoning)
        if not reasoning:
            # Written into the content; the opening half often stands in the prompt. A closing half
            # alone counts only at the end of a paragraph.
            written = re.match(r"\s*<think>(.*?)</think>\s*(.*)", text, re.S) or re.match(
                r"(.*?)</think>(?:[ \t\r]*\n[ \t\r]*\n|\s*$)\s*(.*)", text, re.S
            )
            if written:
                reasoning, text = written.groups()
        return {
            "kind": kind,
            "text": text,
            "reasoning": reasoning,
            "refusal": "".join(self.refusal),
            "calls": self.calls,
            "usage": self.usage,
            "finish": self.finish,
            "whole": self.complete and self.error is None,
            "model": self.model,
            "blocked": self.blocked,
            "error": self.error,
        }


def gemini(answer, value):
    answer.model = value.get("modelVersion", answer.model)
    answer.blocked = value.get("promptFeedback", {}).get("blockReason", answer.blocked)
    usage = value.get("usageMetadata", {})
    if "promptTokenCount" in usage:
        answer.usage = {
            "input": usage["promptTokenCount"],
            "output": usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0),
        }
    for candidate in value.get("candidates", []):
        if candidate.get("index", 0) != 0:
            continue
        answer.finish = candidate.get("finishReason", answer.finish)
        answer.complete = answer.finish == "STOP"
        for part in candidate.get("content", {}).get("parts", []):
            if "text" in part:
                (answer.reasoning if part.get("thought") else answer.text).append(part["text"])
            if "name" in part.get("functionCall", {}):
                answer.calls.append(part["functionCall"]["name"])


def openai(answer, value):
    # Proxies open with a chunk that names no model.
    answer.model = value.get("model") or answer.model
    usage = value.get("usage")
    if usage is not None:
        answer.usage = {"input": usage["prompt_tokens"], "output": usage["completion_tokens"]}
    for choice in value.get("choices") or []:
        if choice.get("index", 0) != 0:
            continue
        delta = choice.get("delta") or {}
        if isinstance(delta.get("content"), str):
            answer.text.append(delta["content"])
        thought = delta.get("reasoning_content")
        if thought is None:
            thought = delta.get("reasoning")
        if thought is not None:
            answer.reasoning.append(thought)
        if delta.get("refusal") is not None:
            answer.refusal.append(delta["refusal"])
        for call in delta.get("tool_calls") or []:
            if call.get("function", {}).get("name"):
                answer.calls.append(call["function"]["name"])
        if choice.get("finish_reason") is not None:
            answer.finish = choice["finish_reason"]
            answer.complete = answer.finish in ("stop", "tool_calls", "function_call")


def ollama(answer, value):
    answer.model = value.get("model", answer.model)
    message = value.get("message", {})
    answer.text.append(message.get("content", ""))
    answer.reasoning.append(message.get("thinking", ""))
    answer.calls += [call["function"]["name"] for call in message.get("tool_calls", [])]
    if value.get("done"):
        answer.finish = value.get("done_reason")
        answer.complete = answer.finish in ("stop", None)
        if "prompt_eval_count" in value or "eval_count" in value:
            answer.usage = {
                "input": value.get("prompt_eval_count", 0),
                "output": value.get("eval_count", 0),
            }


def anthropic(answer, value):
    kind = value["type"]
    if kind == "message_start":
        answer.model = value["message"].get("model")
        answer.counts = {}
        counted(answer, value["message"].get("usage"))
    elif kind == "content_block_start":
        block = value["content_block"]
        if block["type"] == "text":
            answer.text.append(block.get("text", ""))
        elif block["type"] == "thinking":
            answer.reasoning.append(block.get("thinking", ""))
        elif block["type"] == "tool_use":
            answer.calls.append(block["name"])
    elif kind == "content_block_delta":
        delta = value["delta"]
        if delta["type"] == "text_delta":
            answer.text.append(delta["text"])
        elif delta["type"] == "thinking_delta":
            answer.reasoning.append(delta["thinking"])
    elif kind == "message_delta":
        if value.get("delta", {}).get("stop_reason") is not None:
            answer.finish = value["delta"]["stop_reason"]
        counted(answer, value.get("usage"))
    elif kind == "message_stop":
        answer.complete = answer.finish in ("end_turn", "stop_sequence", "tool_use")


def counted(answer, usage):
    """Takes over the counts that a usage object names; the later one wins, name by name."""
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    answer.counts.update({name: usage[name] for name in names if (usage or {}).get(name) is not None})
    if answer.counts:
        answer.usage = {
            "input": sum(answer.counts.get(name, 0) for name in names[:3]),
            "output": answer.counts.get("output_tokens", 0),
        }


WIRES = {"gemini": gemini, "openai": openai, "ollama": ollama, "anthropic": anthropic}


def answered(row, body):
    answer = Answer()
    for value in values(row, body):
        if value.get("error") is not None:
            answer.error = said_by(value)
            break
        WIRES[row["wire"]](answer, value)
    return answer.meaning(row["kind"])


def refused(row, body):
    text = body.decode("utf-8")
    html = text.lstrip().startswith("<")
    said = said_by({}) if html else said_by(json.loads(text))
    return {
        "kind": "error",
        "http": row["status"],
        "said": said,
        "code": called(row["status"], text, said),
    }


def listed(row, body):
    value = json.loads(body)
    # llama.cpp answers with OpenAI's list and Ollama's side by side.
    rows = value.get("data") or value.get("models")
    return {"kind": "models", "models": [one.get("id") or one["name"] for one in rows]}


def expected():
    says = {}
    for row in json.loads((HERE / "index.json").read_text(encoding="utf-8")):
        body = (HERE / row["file"]).read_bytes()
        if ["content-encoding", "gzip"] in row["headers"]:
            body = gzip.decompress(body)
        if row["kind"] in ("stream", "whole"):
            meaning = answered(row, body)
        elif row["kind"] == "error":
            meaning = refused(row, body)
        elif row["kind"] == "models":
            meaning = listed(row, body)
        else:
            meaning = {"kind": "other", "api": row["api"]}
        says[str(row["id"])] = meaning
    return json.dumps(says, ensure_ascii=False, indent=1) + "\n"


def main():
    place = HERE / "expected.json"
    if "--check" in sys.argv:
        if place.read_bytes() != expected().encode("utf-8"):
            sys.exit("expected.json is out of date: run tests/recordings/all/expected.py")
    else:
        place.write_bytes(expected().encode("utf-8"))


main()
