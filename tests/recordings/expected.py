#!/usr/bin/env python3
"""Says what each recorded stream means, independently of the decoder under test.

It splits bodies on blank lines, reads each event with the standard library's JSON and
writes `expected.json`: text, reasoning, the last usage (output = answer + reasoning),
finish reason, model, opaque parts, error, and the Python blocks of the text.
`expected.py --check` writes nothing and fails when `expected.json` is out of date.
"""

import gzip
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent


def values(body):
    """Every JSON value of a body, in order: events, bare objects, or a JSON array."""
    text = body.decode("utf-8").replace("\r\n", "\n")
    if text.lstrip().startswith("["):
        yield from json.loads(text)
        return
    for block in re.split(r"\n\n+", text):
        lines = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if lines:
            yield json.loads("\n".join(lines))
        elif block.strip():
            yield json.loads(block)


def meaning(body):
    text, reasoning = [], []
    said = {"usage": None, "finish": None, "model": None, "signatures": [], "blocked": None, "error": None}
    for value in values(body):
        if "error" in value:
            said["error"] = {key: value["error"].get(key) for key in ("code", "status")}
            continue
        said["model"] = value.get("modelVersion", said["model"])
        said["blocked"] = value.get("promptFeedback", {}).get("blockReason", said["blocked"])
        usage = value.get("usageMetadata", {})
        if "promptTokenCount" in usage:
            said["usage"] = {
                "input": usage["promptTokenCount"],
                "output": usage.get("candidatesTokenCount", 0) + usage.get("thoughtsTokenCount", 0),
            }
        for candidate in value.get("candidates", [])[:1]:
            said["finish"] = candidate.get("finishReason", said["finish"])
            for part in candidate.get("content", {}).get("parts", []):
                if "thoughtSignature" in part:
                    said["signatures"].append(part["thoughtSignature"])
                if "text" in part:
                    (reasoning if part.get("thought") else text).append(part["text"])
    whole = "".join(text)
    said["text"] = whole
    said["reasoning"] = "".join(reasoning)
    said["python"] = re.findall(r"^```python\n(.*?)^```$", whole, re.M | re.S)
    return said


def expected():
    streams = {}
    for row in json.loads((HERE / "index.json").read_text(encoding="utf-8")):
        if row["status"] != 200 or row["method"] != "POST":
            continue
        body = (HERE / row["file"]).read_bytes()
        if ["content-encoding", "gzip"] in row["headers"]:
            body = gzip.decompress(body)
        streams[row["name"]] = meaning(body)
    return json.dumps(streams, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main():
    place = HERE / "expected.json"
    if "--check" in sys.argv:
        if place.read_text(encoding="utf-8") != expected():
            sys.exit("expected.json is out of date: run tests/recordings/expected.py")
    else:
        place.write_text(expected(), encoding="utf-8")


main()
