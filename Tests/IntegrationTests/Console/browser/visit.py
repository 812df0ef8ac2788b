"""A page of the console, and what it complains of."""

import re
import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

AXE = Axe()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# All that a colour scheme changes.
COLOURS = {"type": "rule", "values": ["color-contrast"]}
# What a view shows while it asks the gateway.
BUSY = "main .placeholder"
# In seconds; only what never comes takes so long.
PATIENCE = 60


class Visit:
    """One page in a browser of its own.

    Whatever the browser reports as an error is a problem, a breach of the page's own policy included; so is a dialog that a
    script has opened, and a request to elsewhere.
    """

    def __init__(
        self,
        stage,
        language="en-GB",
        scheme="light",
        width=1280,
        height=860,
        scale=1,
        motion="no-preference",
        ignoring=None,
    ):
        self.stage = stage
        self.language = language.split("-")[0]
        self.problems = []
        self._ignored = ignoring
        self.context = stage.browser.new_context(
            viewport={"width": width, "height": height}, device_scale_factor=scale, color_scheme=scheme,
            locale=language, reduced_motion=motion,
            permissions=["clipboard-read", "clipboard-write"], accept_downloads=True,
        )  # fmt: skip
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        self.page.on("dialog", self._see)
        self.context.on("request", self._follow)

    def _hear(self, message):
        if message.type != "error" or self._ignored and re.search(self._ignored, message.text):
            return
        self.problems.append(f"console: {message.text} ({message.location.get('url')})")

    def _see(self, dialog):
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _follow(self, request):
        if not request.url.startswith((f"{self.stage.endpoint}/", "blob:", "data:")):
            self.problems.append(f"request to elsewhere: {request.url}")

    def check(self):
        assert not self.problems, "\n".join(self.problems)

    # Where it is

    def sign_in(self):
        self.page.goto(self.stage.link())
        expect(self.heading(self.t("nav.predictions"))).to_be_visible()
        self.settle()

    def t(self, key, **values):
        return self.stage.text(key, self.language, **values)

    def go(self, address):
        """Goes to another place in the page, and waits until it is there."""
        # Another view has another element; the same one with another query changes what it has.
        self.page.evaluate(
            """address => {
              const path = (place) => place.replace(/^#/, "").split("?")[0];
              if (path(address) !== path(location.hash)) document.querySelector("main").dataset.left = "";
              location.hash = address;
            }""",
            address,
        )  # fmt: skip
        expect(self.page.locator("main:not([data-left]) h1")).to_be_visible()
        self.settle()

    def settle(self):
        """Waits until nothing is on its way any more."""
        expect(self.page.get_by_text(self.t("loading"), exact=True)).to_have_count(0)
        expect(self.page.locator(BUSY)).to_have_count(0)

    def reload(self):
        self.page.reload()
        expect(self.page.locator("main h1")).to_be_visible()
        self.settle()

    # What is on it

    def heading(self, text):
        return self.page.get_by_role("heading", name=text, level=1)

    def button(self, key, exact=True, **values):
        return self.page.get_by_role("button", name=self.t(key, **values), exact=exact)

    def link(self, key, exact=True, **values):
        return self.page.get_by_role("link", name=self.t(key, **values), exact=exact)

    def field(self, key, exact=True):
        return self.page.get_by_label(self.t(key), exact=exact)

    def input(self, name):
        """What an input of a workflow is given in, by its name; its label may also have its bounds."""
        return self.page.get_by_label(re.compile(f"^{re.escape(name)}( |$)"))

    def row(self, name):
        """A row of a table, by what stands at its head."""
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("rowheader", name=name, exact=True))

    def tile(self, id):
        return self.page.locator(f"a.tile[href='#/predictions/{id}']")

    def tiles(self, state=None):
        return self.page.locator(f"a.tile[data-state={state}]" if state else "a.tile")

    def wait_for_pictures(self, pictures, count):
        """Waits until there are so many pictures, all of them drawn."""
        expect(pictures).to_have_count(count)
        for index in range(count):
            self.wait_until("image => image.complete && image.naturalWidth > 0", pictures.nth(index))

    def wait_until(self, function, locator=None):
        """Waits until a function of JavaScript gives true, of an element if one is given."""
        # Playwright's own way evaluates a text in the page, which the page's policy forbids.
        end = time.monotonic() + PATIENCE
        while not (locator.evaluate(function) if locator else self.page.evaluate(function)):
            assert time.monotonic() < end, f"never true: {function}"
            self.page.wait_for_timeout(20)

    def clipboard(self):
        return self.page.evaluate("() => navigator.clipboard.readText()")

    def copied(self, button):
        """Presses a button that copies, and gives what it has copied."""
        self.page.evaluate("() => navigator.clipboard.writeText('')")
        button.click()
        self.wait_until("() => navigator.clipboard.readText().then(text => text !== '')")
        return self.clipboard()

    def drop(self, target, name, type, content):
        """Drops a file somewhere, as from the desktop."""
        transfer = self.page.evaluate_handle(
            """({ name, type, content }) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([Uint8Array.from(content)], name, { type }));
              return transfer;
            }""",
            {"name": name, "type": type, "content": list(content)},
        )  # fmt: skip
        for event in ("dragenter", "dragover", "drop"):
            target.dispatch_event(event, {"dataTransfer": transfer})

    # How it looks

    def check_axe(self, name, rules=RULES):
        """Nothing keeps anybody from using it, as far as a program can tell."""
        if not self.page.evaluate("() => Boolean(globalThis.axe)"):
            self.page.evaluate(AXE.axe_script)
        # What has been scrolled half under the bar at the top could not be pressed there.
        found = self.page.evaluate(
            """async rules => {
              scrollTo(0, 0);
              const { violations } = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
              const places = (nodes) => nodes.map(({ html }) => html.slice(0, 300)).join(" ");
              return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${places(nodes)}`);
            }""",
            rules,
        )  # fmt: skip
        assert found == [], f"{name}: " + "\n  ".join(found)

    def check_width(self, name):
        """Nothing has to be scrolled sideways but what scrolls by itself."""
        more = self.page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert more <= 0, f"{name} is {more} pixels too wide"
