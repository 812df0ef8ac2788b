"""Does what a person does in the console, in headless Chromium, as the tests ask for it: one flow after the other.

main.py CHROMIUM: a line of standard input is a request, {"flow": NAME, "values": {...}}. While the flow is done, lines of
standard output ask the test for something, {"ask": NAME, "values": {...}}, which a line of standard input answers; the
last one is {"end": null}, or what went wrong. The program ends with its standard input.
"""

import json
import sys
import traceback

from playwright.sync_api import expect, sync_playwright

import flows_looks
import flows_operation
import flows_predictions
import flows_publishing
import flows_sessions
import flows_texts
import flows_workflows
from stage import Stage

MODULES = [
    flows_sessions, flows_predictions, flows_workflows, flows_publishing, flows_operation, flows_texts, flows_looks,
]  # fmt: skip
# Only what never comes takes so long: the machine may have much else to do.
PATIENCE = 60_000


def reply(message):
    print(json.dumps(message), flush=True)


def ask(name, values):
    reply({"ask": name, "values": values})
    line = sys.stdin.readline()
    if not line:
        raise SystemExit(1)
    return json.loads(line)["answer"]


def flow_named(name):
    for module in MODULES:
        if hasattr(module, name):
            return getattr(module, name)
    raise KeyError(f"there is no flow {name}")


def main(chromium):
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # Containers seldom allow what its sandbox needs, and all that it sees here is ours.
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        while line := sys.stdin.readline():
            request = json.loads(line)
            end = None
            try:
                flow_named(request["flow"])(Stage(browser, request["flow"], request["values"], ask))
            except Exception:
                end = traceback.format_exc()
            reply({"end": end})
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
