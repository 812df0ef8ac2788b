"""Takes the pictures of docs/console.md: console_pictures.py SPEEDPIX CHROMIUM [NAME…].

It starts a gateway with a home folder of its own and a made-up ComfyUI, fills it with what the built-in workflows draw,
and looks at it with what the tests of the console use.
"""

import os
import subprocess
import sys
import tempfile
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{ROOT}/Tests/IntegrationTests/Console/browser")

from playwright.sync_api import expect, sync_playwright  # noqa: E402

import demo_workflow  # noqa: E402
from demo_comfyui import DemoComfyUI  # noqa: E402
from stage import Stage  # noqa: E402

# Bytes of the largest picture that a page of documentation may have.
LARGEST = 300_000
PROMPTS = [
    ("a lake at dawn between mountains", "Calendar, January"), ("a city at night in the rain", None),
    ("a vase with leaves, blue", "SKU-2041"), ("the sea in a storm", None), ("a forest in snow", "Calendar, December"),
    ("a mug on a stage for a product, blue", "SKU-3310"), ("a desert at sunset", "Calendar, August"),
    ("a lotus, ink painting", None), ("mountains, ink painting", "Poster"), ("a rose at night", "SKU-2042"),
    ("a bottle on a stage for a product, green", "SKU-3311"), ("a lake at night", None),
    ("an abstract pattern, red", "Wrapping paper"),
    ("the sea at sunset", "Calendar, July"), ("a city at dawn", None), ("a bowl on a stage for a product, yellow", "SKU-3312"),
    ("a forest at dawn", "Calendar, May"), ("a vase with flowers, red", "SKU-2043"), ("mountains in snow at night", None),
    ("an abstract pattern, blue and gold", "Wrapping paper"), ("a desert at night", None),
    ("a lake in the rain", "Calendar, November"),
]  # fmt: skip


class Demo:
    """A gateway that has something to show."""

    def __init__(self, stage, comfyui):
        self.stage = stage
        self.comfyui = comfyui
        self.fill()

    def upload(self, path, type):
        with open(path, "rb") as file:
            return self.stage.upload(os.path.basename(path), type, file.read())

    def fill(self):
        stage = self.stage
        self.record_runs()
        stage.create("echo", {"fail": "KSampler: CUDA out of memory. Tried to allocate 2.50 GiB."}, label="SKU-3313")
        drawn = []
        for number, (prompt, label) in enumerate(PROMPTS):
            inputs = {"prompt": prompt, "seed": 40 + number, "width": 768, "height": 576}
            drawn += stage.create("text-to-image", inputs, **({"label": label} if label else {}))
        dahlia = self.upload(f"{ROOT}/examples/assets/dahlia.jpg", "image/jpeg")
        drawn += stage.create("white-background", {"image": dahlia, "text": "New season"}, label="Dahlia, spring")
        self.dahlia = stage.create("img2img", {"image": dahlia, "prompt": "watercolour"}, label="Dahlia, card")[0]
        self.pencil = stage.create("img2img", {"image": dahlia, "prompt": "pencil"}, label="Dahlia, card")[0]
        ended = stage.ended(*drawn, self.dahlia, self.pencil)
        for index, mark in {0: "good", 15: "good", 17: "good", 19: "bad", 21: "good"}.items():
            stage.call("PUT", f"predictions/{drawn[index]}/notes", {"mark": mark})
        self.comfyui.pictures = [self.picture(one) for one in ended[:3]]
        self.example = drawn[0]
        for number, (prompt, _) in enumerate(PROMPTS[:3]):
            self.comfyui.seconds = 14.2 - number
            self.prompt = self.comfyui.post(demo_workflow.graph(prompt, 81 + number))
        self.comfyui.seconds = 0

    def picture(self, prediction):
        [file] = [file for output in prediction["outputs"] for file in output.get("files", [])]
        with urllib.request.urlopen(f"{self.stage.endpoint}{file['url']}", timeout=60) as response:
            return response.read()

    def record_runs(self):
        """Runs scripts, so that there are runs."""
        home = self.stage.values["home"]
        for name, source in {
            "catalogue.lua": 'for _, text in ipairs { "red", "blue", "green" } do print(run("echo", { text = text }).text) end\n',
            "cards.lua": 'run("echo", { text = "a card" })\nrun("echo", { fail = "out of paint" })\n',
        }.items():
            with open(os.path.join(home, name), "w") as file:
                file.write(source)
            self.stage.run(self.stage.values["speedpix"], "run", name, **self.stage.credentials)

    def publish_and_hold(self):
        """Publishes the newest workflow of ComfyUI, and has one prediction of it run there while two wait."""
        self.stage.speedpix(
            "workflows", "publish", "--last", "1", "--id", "scene", "--title", "A scene for the shop", "--alias", "main",
            "--input", "prompt=6.text", "--input", "seed=3.seed", "--input", "steps=3.steps", "--input", "sampler=3.sampler_name",
            "--output", "images=9.images", "--comfyui", self.comfyui.url,
        )  # fmt: skip
        self.comfyui.is_automatic = False
        running, *_ = self.stage.create(
            "scene", {"prompt": "the sea at sunset"}, count=3, randomise_seeds=True, label="Scene"
        )
        while self.stage.prediction(running)["state"] != "running" or not self.comfyui.running:
            pass
        self.comfyui.preview(self.comfyui.pictures[0])
        self.comfyui.step(13, 20)


def take(visit, name):
    """Writes what is in sight as WebP, which is the smallest that browsers and GitHub show."""
    path = f"{ROOT}/docs/images/console-{name}.webp"
    visit.page.mouse.move(0, 0)
    visit.page.wait_for_timeout(500)
    picture = os.path.join(visit.stage.values["home"], f"{name}.png")
    visit.page.screenshot(path=picture)
    visit.stage.speedpix("eval", f'image.open("./{name}.png"):save("./{name}.webp", {{ quality = 82 }})')
    with open(os.path.join(visit.stage.values["home"], f"{name}.webp"), "rb") as file:
        content = file.read()
    assert len(content) < LARGEST, f"{path} has {len(content)} bytes"
    with open(path, "wb") as file:
        file.write(content)
    print(f"{path}: {len(content) // 1000} kB")


def pictures_drawn(visit, selector="main img"):
    visit.wait_until(
        f"""() => [...document.querySelectorAll("{selector}")].every(image => image.complete && image.naturalWidth)"""
    )


# Each takes a picture of the page as it is; those of what changes the gateway come last.


def publish(visit, demo):
    visit.go(f"#/publish/1/{demo.prompt}")
    visit.field("publish.id").fill("scene")
    visit.field("publish.name").fill("A scene for the shop")
    expect(visit.page.get_by_text(visit.t("publish.fine"), exact=True)).to_be_visible()
    pictures_drawn(visit)


def comfyui(visit, demo):
    visit.go("#/publish")
    expect(visit.page.locator("a.workflow-card")).to_have_count(3)
    pictures_drawn(visit)


def wall(visit, demo):
    demo.publish_and_hold()
    visit.go("#/predictions")
    expect(visit.tiles("running").locator("img")).to_be_visible()
    pictures_drawn(visit)


def prediction(visit, demo):
    visit.go(f"#/predictions/{demo.example}")
    pictures_drawn(visit)


def compare(visit, demo):
    visit.go(f"#/compare/{demo.dahlia}/{demo.pencil}")
    visit.wait_for_pictures(visit.page.locator(".stage img"), 2)


def form(visit, demo):
    with open(f"{ROOT}/examples/assets/dahlia.jpg", "rb") as file:
        photo = file.read()
    visit.go("#/workflows/white-background")
    visit.drop(visit.page.locator(".drop"), "dahlia.jpg", "image/jpeg", photo)
    visit.input("text").fill("New season")
    visit.input("width").fill("1024")
    visit.wait_for_pictures(visit.tiles("succeeded").locator("img"), 1)
    pictures_drawn(visit)


def servers(visit, demo):
    visit.go("#/servers")
    expect(visit.page.get_by_role("meter")).to_be_visible()


def runs(visit, demo):
    visit.go("#/runs")
    expect(visit.page.get_by_role("row").filter(has_text="catalogue.lua")).to_be_visible()


def dark(visit, demo):
    prediction(visit, demo)


def chinese(visit, demo):
    visit.go("#/predictions")
    pictures_drawn(visit)


def phone(visit, demo):
    visit.go("#/predictions")
    pictures_drawn(visit)


VIEWS = {
    comfyui: {"height": 520}, publish: {"height": 900}, prediction: {"height": 860}, compare: {"height": 760},
    form: {"height": 820},
    runs: {"height": 360}, wall: {"height": 760}, servers: {"height": 640}, dark: {"scheme": "dark", "height": 760},
    chinese: {"language": "zh-CN", "height": 760}, phone: {"width": 360, "height": 640, "scheme": "dark"},
}  # fmt: skip


def main(program, chromium, names):
    expect.set_options(timeout=60_000)
    with tempfile.TemporaryDirectory(prefix="studio-") as home, sync_playwright() as playwright:
        comfyui = DemoComfyUI(demo_workflow.CLASSES, [b""])
        serving = subprocess.Popen(
            [program, "serve", "--port", "0", "--app-key", "shop", "--app-secret", "change-me", "--comfyui", comfyui.url],
            cwd=home, env={**os.environ, "HOME": home, "XDG_DATA_HOME": f"{home}/.local/share"},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            words = serving.stdout.readline().split()
            with open(f"{home}/.local/share/speedpix/gateway/speedpix-gateway/admin-token") as file:
                token = file.read().strip()
            values = {
                "endpoint": next(word for word in words if word.startswith("http")), "admin_token": token, "home": home,
                "speedpix": program, "app_key": "shop", "app_secret": "change-me",
            }  # fmt: skip
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            demo = Demo(Stage(browser, "pictures", values, None), comfyui)
            for view, options in VIEWS.items():
                if not names or view.__name__ in names or view is wall:
                    # Sharp enough to be read at the width of a page.
                    with demo.stage.visit(**{"width": 1180, "height": 800, "scale": 1.5, **options}) as visit:
                        view(visit, demo)
                        take(visit, view.__name__)
        finally:
            serving.terminate()
            serving.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
