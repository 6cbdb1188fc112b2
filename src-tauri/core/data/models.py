#!/usr/bin/env python3
"""Writes models.json, the list prices and limits of the services' text models.

    models.py MAP DATE VERSION

MAP is the price map of the litellm project (MIT, Copyright (c) 2023 Berri AI): the file
`model_prices_and_context_window.json` of its repository, or the same as
`litellm/model_prices_and_context_window_backup.json` in its Python package. DATE is the day
of that version (YYYY-MM-DD), VERSION its release or commit. Prices are US dollars for a
million tokens.

What an entry means: `window` is the longest input where the service names one apart, else
the whole window; `above` is the price of a request whose input is longer than so many
tokens; `retired_on` is the day on which the service stops or stopped answering, null while
none is announced. A model that isn't listed is matched by the longest id that it begins
with, when only a date, a number, "latest" or "preview" follows; so an entry that says
nothing else than the one without such an ending is left out.
"""

import datetime
import json
import pathlib
import re
import sys

KINDS = ("anthropic", "gemini", "openai")

# Not a model to chat in text with: other inputs or outputs, research with an API of its own,
# fine-tunes, experiments long gone, names that are no model.
OTHERS = re.compile(
    r"^ft:|audio|realtime|live|tts|image|embed|search|deep-research|computer-use|transcribe"
    r"|robotics|omni|lyria|learnlm|-exp|gemini-gemma|instruct|container|customtools|daybreak"
)

ENDING = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{2}-\d{4}|latest|preview)$")

TIER = re.compile(r"^input_cost_per_token_above_(\d+)k_tokens$")


def dollars(per_token):
    """The price of a million tokens, without the dust of binary fractions."""
    if per_token is None:
        return None
    return round(float(per_token) * 1_000_000, 6)


def entry(kind, name, says):
    model = {
        "kind": kind,
        "id": name,
        "input": dollars(says["input_cost_per_token"]),
        "output": dollars(says["output_cost_per_token"]),
        "cached_input": dollars(says.get("cache_read_input_token_cost")),
        "window": says["max_input_tokens"],
        "longest_answer": says["max_output_tokens"],
        "thinking": says.get("supports_reasoning") is True,
        "retired_on": says.get("deprecation_date"),
    }
    for tier in sorted(key for key in says if TIER.match(key)):
        size = TIER.match(tier)[1]
        above = {
            "tokens": int(size) * 1000,
            "input": dollars(says[tier]),
            "output": dollars(says.get(f"output_cost_per_token_above_{size}k_tokens")),
        }
        if (above["input"], above["output"]) != (model["input"], model["output"]):
            model["above"] = above
    return model


def models(price_map):
    found = {}
    for key, says in price_map.items():
        kind = says.get("litellm_provider")
        name = key.removeprefix("gemini/").removeprefix("openai/")
        known = ("input_cost_per_token", "output_cost_per_token", "max_input_tokens", "max_output_tokens")
        if (
            kind in KINDS
            and says.get("mode") in ("chat", "responses")
            and not OTHERS.search(name)
            and all(says.get(field) is not None for field in known)
        ):
            found[kind, name] = entry(kind, name, says)
    for (kind, name), model in sorted(found.items()):
        base = found.get((kind, ENDING.sub("", name)))
        if base is None or base is model or {**base, "id": name} != model:
            yield model


def main():
    path, date, version = sys.argv[1:]
    datetime.date.fromisoformat(date)
    price_map = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    head = {
        "date": date,
        "source": f"The price map of github.com/BerriAI/litellm, {version} (MIT)",
        "currency": "USD",
        "per_tokens": 1_000_000,
    }
    rows = ",\n".join("  " + json.dumps(model) for model in models(price_map))
    text = json.dumps(head, indent=1).removesuffix("\n}") + ',\n "models": [\n' + rows + "\n ]\n}\n"
    json.loads(text)
    (pathlib.Path(__file__).parent / "models.json").write_text(text, encoding="utf-8", newline="\n")


main()
