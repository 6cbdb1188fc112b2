#!/usr/bin/env python3
"""Frames our own texts as Gemini frames its answers.

No answer on record is a trading strategy. This script cuts each `strategy-*.md` into
pieces and writes it as `strategy-*.sse`, byte for byte in the framing of `newest.sse`
(spaces, field order, CR LF CR LF, cumulative usage, and a last event of its own with the
signature and the finish reason). The first one opens with a reasoning part, framed as in
`thinking.sse`. Run it after changing a text, then run expected.py.
"""

import base64
import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent
MODEL = "gemini-3.7-flash"
THOUGHT = "**Choosing the rules**\n\nI'm weighing a crossover against a breakout for this profile.\n\n\n"


def written(value):
    """JSON with the recorded spacing: a space after a colon, none after a comma."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ": ")).replace("\u2028", "\\u2028")


def event(part, usage, identity, finish=False):
    candidate = {"content": {"parts": [part], "role": "model"}}
    if finish:
        candidate["finishReason"] = "STOP"
    candidate["index"] = 0
    body = {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": MODEL,
        "responseId": identity,
    }
    return "data: " + written(body) + "\r\n\r\n"


def pieces(text, luck):
    while text:
        cut = luck.randint(20, 160)
        yield text[:cut]
        text = text[cut:]


def compose(name, prompt_tokens, thought, seed):
    luck = random.Random(seed)
    text = (HERE / f"{name}.md").read_text(encoding="utf-8")
    identity = base64.urlsafe_b64encode(luck.randbytes(16)).decode().rstrip("=")
    thoughts = 271 if thought else 118
    tokens = 0

    def usage():
        return {
            "promptTokenCount": prompt_tokens,
            "candidatesTokenCount": tokens,
            "totalTokenCount": prompt_tokens + tokens + thoughts,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt_tokens}],
            "thoughtsTokenCount": thoughts,
            "serviceTier": "standard",
        }

    events = []
    if thought:
        events.append(event({"text": thought, "thought": True}, usage(), identity))
    for piece in pieces(text, luck):
        tokens += max(1, len(piece) // 4)
        events.append(event({"text": piece}, usage(), identity))
    signature = base64.b64encode(luck.randbytes(96)).decode()
    last = {"text": "", "thoughtSignature": signature}
    events.append(event(last, usage(), identity, finish=True))
    (HERE / f"{name}.sse").write_bytes("".join(events).encode("utf-8"))


compose("strategy-stream", 1184, THOUGHT, 20261101)
compose("strategy-follow-up", 1973, "", 20261102)
