"""What a flow works with: a gateway with its console, pages of it, and the test that has started both."""

import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

from visit import Visit


class Stage:
    """A gateway, the command line beside it, and the test's own answers.

    `values` has `endpoint`, `admin_token`, `speedpix` (the program), `home` (its home folder), and what the flow takes besides.
    """

    def __init__(self, browser, flow, values, ask):
        self.browser = browser
        self.flow = flow
        self.values = values
        self.endpoint = values["endpoint"]
        self._ask = ask
        self._texts = {}

    def ask(self, name, **values):
        """Has the test do something that only it can do."""
        return self._ask(name, values)

    # The gateway

    def call(self, method, route, body=None):
        """A call of the gateway's own routes, as its owner makes it."""
        request = urllib.request.Request(
            f"{self.endpoint}/speedpix/{route}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.values['admin_token']}", "Content-Type": "application/json"},
        )  # fmt: skip
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {route}: HTTP {error.code}: {error.read().decode()}") from error
        assert not answer["errCode"], answer
        return answer["data"]

    def upload(self, filename, type, content):
        """Uploads a file as the page does; gives the URL that goes into an input."""
        signed = self.call("POST", "uploads", {"filename": filename, "content_type": type, "size": len(content)})
        request = urllib.request.Request(
            f"{self.endpoint}{signed['upload_url']}", method="PUT", data=content,
            headers={"Content-Type": signed["content_type"]},
        )  # fmt: skip
        urllib.request.urlopen(request, timeout=60).close()
        return signed["url"]

    def link(self):
        """A link to the console that nobody has used."""
        return self.call("POST", "console/codes", {})["url"]

    def create(self, workflow, inputs, count=1, **more):
        """Creates predictions as the console does; gives their ids."""
        return self.call("POST", "predictions", {"workflow": workflow, "inputs": inputs, "count": count, **more})["ids"]

    def prediction(self, id):
        return self.call("GET", f"predictions/{id}")

    def ended(self, *ids):
        """Waits until predictions have ended; gives them."""
        return [self._ended(id) for id in ids]

    def _ended(self, id):
        while (prediction := self.prediction(id))["state"] in ("waiting", "running"):
            time.sleep(0.05)
        return prediction

    def speedpix(self, *arguments, status=0, **environment):
        """Runs a command beside the gateway; gives what it prints."""
        end = self.run(self.values["speedpix"], *arguments, **environment)
        assert end.returncode == status, f"{arguments}: {end.returncode}\n{end.stdout}\n{end.stderr}"
        return end.stdout

    def run(self, *command, **environment):
        return subprocess.run(
            command, cwd=self.values["home"], env=self.environment(**environment), capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=120,
        )  # fmt: skip

    def environment(self, **more):
        """The variables of a program beside the gateway, without what the developer has set."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPEEDPIX_", "XDG_"))}
        return {**kept, "HOME": self.values["home"], **more}

    @property
    def credentials(self):
        """What a program needs that is not the console, as variables."""
        return {
            "SPEEDPIX_ENDPOINT": self.endpoint, "SPEEDPIX_APP_KEY": self.values["app_key"],
            "SPEEDPIX_APP_SECRET": self.values["app_secret"],
        }  # fmt: skip

    # Pages

    def text(self, key, language="en", **values):
        """A text of the page, as its translators write it."""
        if language not in self._texts:
            with urllib.request.urlopen(f"{self.endpoint}/console/texts_{language}.json", timeout=60) as response:
                self._texts[language] = json.load(response)
        text = self._texts[language][key]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    @contextmanager
    def visit(self, is_signed_in=True, **options):
        """A page of a browser that has no other; it must not have anything to complain of."""
        visit = Visit(self, **options)
        try:
            if is_signed_in:
                visit.sign_in()
            yield visit
            visit.check()
        except Exception as error:
            picture = os.path.join(tempfile.gettempdir(), f"speedpix-console-{self.flow}.png")
            visit.page.screenshot(path=picture)
            heard = "\n".join(visit.problems)
            raise AssertionError(f"{error}\nat {visit.page.url}, as {picture} shows\n{heard}") from error
        finally:
            visit.context.close()
