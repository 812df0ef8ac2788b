"""The wall of predictions, and what can be done with each of them."""

import json
import os

from playwright.sync_api import expect

# Small, so that it costs next to nothing to draw.
SIZE = {"width": 64, "height": 64}
# What shells, programs and pages could take for their own.
HOSTILE = "it's \"quoted\" `touch hacked` $(touch hacked) ]] --[[ \\' %s {0} #{1}\n</script><img src=x onerror=alert(1)> 一朵花"


def picture(prompt, seed=1, **more):
    return {"prompt": prompt, "seed": seed, **SIZE, **more}


def wall(stage):
    """What scripts and programs create is on the wall without anybody's doing, with its progress and then its picture."""
    with stage.visit() as visit:
        page = visit.page
        expect(page.get_by_text(visit.t("wall.empty"), exact=True)).to_be_visible()
        visit.check_axe("the empty wall")

        stage.create("text-to-image", picture("a lake at dawn"), count=3, randomise_seeds=True)
        visit.wait_for_pictures(visit.tiles("succeeded").locator("img"), 3)
        expect(page.get_by_text(visit.t("wall.count.other", count=3), exact=True)).to_be_visible()

        [slow] = stage.create("echo", {"duration": 600, "text": "slow"}, label="Slow one")
        tile = visit.tile(slow)
        expect(tile).to_have_attribute("data-state", "running")
        expect(tile).to_contain_text("Slow one")
        expect(tile.get_by_role("progressbar")).to_be_visible()
        expect(visit.tiles().first).to_have_attribute("href", f"#/predictions/{slow}")

        [failed] = stage.create("echo", {"fail": "the paint has run out"})
        expect(visit.tile(failed)).to_have_attribute("data-state", "failed")
        expect(visit.tile(failed)).to_contain_text("the paint has run out")
        stage.call("POST", f"predictions/{slow}/cancel", {})
        expect(tile).to_have_attribute("data-state", "canceled")


def detail(stage):
    """A prediction's inputs, results, log and timeline, its file as a download, and its exact JSON."""
    [id] = stage.create("text-to-image", picture("a lighthouse in a storm", seed=2**63 + 11), label="Lighthouse")
    [done] = stage.ended(id)
    with stage.visit() as visit:
        page = visit.page
        visit.tile(id).click()
        expect(visit.heading("Lighthouse")).to_be_visible()
        main = page.locator("main")
        for text in [
            "a lighthouse in a storm",
            str(2**63 + 11),
            visit.t("state.succeeded"),
            visit.t("event.began"),
            id,
        ]:
            expect(main.get_by_text(text, exact=True).first).to_be_visible()
        for name in ["detail.inputs", "detail.timeline", "detail.info"]:
            expect(main.get_by_role("heading", name=visit.t(name), exact=True)).to_be_visible()
        expect(main.get_by_text(done["info"], exact=True)).to_be_visible()

        [file] = [file for output in done["outputs"] for file in output.get("files", [])]
        visit.wait_for_pictures(page.get_by_role("img", name=file["filename"], exact=True), 1)
        with page.expect_download() as download:
            visit.link("file.downloadName", name=file["filename"]).click()
        assert download.value.suggested_filename == file["filename"]
        with open(download.value.path(), "rb") as saved:
            assert len(saved.read()) == file["size"]

        page.get_by_text(visit.t("detail.exact"), exact=True).click()
        exact = page.get_by_role("group", name=visit.t("detail.exact"), exact=True)
        expect(exact).to_contain_text(id)
        # As it is, and so with all the digits of a seed.
        json.loads(exact.text_content())

        visit.button("detail.label", exact=False).click()
        visit.field("label.label").fill("North sea")
        visit.button("save").click()
        expect(visit.heading("North sea")).to_be_visible()
        assert stage.prediction(id)["label"] == "North sea"
        page.keyboard.press("Escape")
        expect(visit.tile(id)).to_contain_text("North sea")


def filters(stage):
    """Of many, those of a workflow, a state, a key, a label, a mark, or with some words."""
    [lake] = stage.create("text-to-image", picture("a lake"), label="Lakes")
    [echo] = stage.create("echo", {"text": "an echo of mountains"})
    [failed] = stage.create("echo", {"fail": "out of paint"}, label="Lakes")
    stage.speedpix("predict", "echo", "text=from a program", **stage.credentials)
    stage.ended(lake, echo, failed)
    stage.call("PUT", f"predictions/{lake}/notes", {"mark": "good", "label": "Lakes"})
    with stage.visit() as visit:
        page = visit.page
        expect(visit.tiles()).to_have_count(4)

        def shows(*ids):
            expect(visit.tiles()).to_have_count(len(ids))
            for id in ids:
                expect(visit.tile(id)).to_be_visible()

        def clear():
            visit.button("filter.clear").click()
            expect(visit.tiles()).to_have_count(4)

        visit.field("filter.workflow").select_option("text-to-image")
        shows(lake)
        # It stands in the address, so that it can be sent to somebody and found again.
        assert page.url.endswith("#/predictions?workflow=text-to-image"), page.url
        visit.reload()
        shows(lake)
        clear()
        visit.field("filter.state").select_option("failed")
        shows(failed)
        clear()
        visit.field("filter.mark").select_option("good")
        shows(lake)
        clear()
        visit.field("filter.label").fill("Lakes")
        shows(failed, lake)
        visit.field("filter.state").select_option("succeeded")
        shows(lake)
        clear()
        visit.field("filter.key").fill(stage.values["app_key"])
        expect(visit.tiles()).to_have_count(1)
        expect(page.locator(f"a.tile[href='#/predictions/{echo}']")).to_have_count(0)
        clear()
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type("mountains")
        shows(echo)
        page.keyboard.press("Control+a")
        page.keyboard.type("nothing has this")
        expect(page.get_by_text(visit.t("wall.noMatch"), exact=True)).to_be_visible()


def cancel(stage):
    """One that runs is canceled from the wall by a key, or where it is shown, and only after a question."""
    first, second = [stage.create("echo", {"duration": 600, "text": text})[0] for text in ("first", "second")]
    with stage.visit() as visit:
        page = visit.page
        expect(visit.tiles("running")).to_have_count(2)
        visit.tile(first).focus()
        page.keyboard.press("x")
        dialog = page.get_by_role("dialog", name=visit.t("cancelRun.title"))
        expect(dialog).to_be_visible()
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        assert stage.prediction(first)["state"] == "running"
        visit.tile(first).focus()
        page.keyboard.press("x")
        dialog.get_by_role("button", name=visit.t("cancelRun.action")).click()
        expect(visit.tile(first)).to_have_attribute("data-state", "canceled")

        visit.tile(second).click()
        visit.button("cancelRun.action").click()
        dialog.get_by_role("button", name=visit.t("cancelRun.action")).click()
        expect(page.get_by_text(visit.t("detail.canceled"), exact=True)).to_be_visible()
        assert [stage.prediction(id)["state"] for id in (first, second)] == ["canceled", "canceled"]


def again(stage):
    """A prediction once more: with a changed input, four times with other seeds, and as the input of another workflow."""
    [id] = stage.create("text-to-image", picture("a castle", seed=7))
    stage.ended(id)
    with stage.visit() as visit:
        page = visit.page
        visit.tile(id).click()
        visit.link("detail.again").click()
        expect(visit.heading(visit.t("again.title"))).to_be_visible()
        prompt = visit.input("prompt")
        expect(prompt).to_have_value("a castle")
        prompt.fill("a castle at night")
        visit.button("again.create").click()
        expect(page.get_by_text("a castle at night", exact=True).first).to_be_visible()
        expect(page.get_by_text(visit.t("state.succeeded"), exact=True).first).to_be_visible()
        other = page.url.rpartition("/")[2]
        inputs = stage.prediction(other)["inputs"]
        assert (inputs["prompt"]["value"], inputs["seed"]["value"]) == ("a castle at night", 7), inputs

        visit.button("detail.four").click()
        visit.button("created.show").click()
        expect(visit.tiles("succeeded")).to_have_count(6)
        made = [tile.get_attribute("href").rpartition("/")[2] for tile in visit.tiles().all()][:4]
        four = [stage.prediction(id) for id in made]
        assert {one["inputs"]["prompt"]["value"] for one in four} == {"a castle at night"}
        seeds = {str(one["inputs"]["seed"]["value"]) + json.dumps(one["info"]) for one in four}
        assert len(seeds) == 4, four
        pictures = {one["thumbnail"] for one in four}
        assert len(pictures) == 4

        visit.tile(id).click()
        visit.link("detail.use").click()
        expect(visit.heading(visit.t("use.title"))).to_be_visible()
        visit.field("use.target").select_option("img2img image")
        visit.input("prompt").fill("pencil")
        visit.button("again.create").click()
        expect(page.get_by_text(visit.t("state.succeeded"), exact=True).first).to_be_visible()
        drawn = stage.prediction(page.url.rpartition("/")[2])
        assert drawn["workflow"] == "img2img" and drawn["inputs"]["image"]["file"]["url"], drawn


def compare(stage):
    """Two beside each other with a divider, what differs in their inputs, and which one is better."""
    left, right = [stage.create("text-to-image", picture("a harbour", seed=seed))[0] for seed in (1, 2)]
    stage.ended(left, right)
    with stage.visit() as visit:
        page = visit.page
        visit.tile(left).focus()
        page.keyboard.press("c")
        expect(page.locator(".tray")).to_contain_text("text-to-image")
        visit.tile(right).focus()
        page.keyboard.press("c")
        expect(visit.heading(visit.t("compare.title"))).to_be_visible()
        visit.wait_for_pictures(page.locator(".stage img"), 2)
        slider = page.get_by_role("slider", name=visit.t("compare.slider"))
        expect(slider).to_have_value("50")
        shown = page.locator(".stage").evaluate("stage => getComputedStyle(stage).getPropertyValue('--cut')")
        page.keyboard.press("ArrowRight")
        expect(slider).to_have_value("52")
        assert page.locator(".stage").evaluate("stage => getComputedStyle(stage).getPropertyValue('--cut')") != shown
        box = page.locator(".stage").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
        page.mouse.up()
        assert abs(float(slider.input_value()) - 25) < 2, slider.input_value()

        row = visit.row("seed")
        expect(row.get_by_role("cell")).to_have_text(["1", "2"])
        page.keyboard.press("g")
        page.keyboard.press("n")
        expect(page.locator(".caption-side").first).to_contain_text(visit.t("mark.good"))
        visit.wait_until("() => document.querySelectorAll('.caption-side [aria-pressed=true]').length === 2")
        assert [stage.prediction(id)["mark"] for id in (left, right)] == ["good", "bad"]


def keyboard(stage):
    """Everything on the wall without a mouse."""
    ids = [stage.create("echo", {"text": str(number)})[0] for number in range(12)]
    stage.ended(*ids)
    newest = ids[::-1]
    with stage.visit() as visit:
        page = visit.page
        expect(visit.tiles("succeeded")).to_have_count(12)

        def focused(index):
            expect(visit.tile(newest[index])).to_be_focused()

        page.keyboard.press("ArrowRight")
        focused(0)
        page.keyboard.press("ArrowRight")
        focused(1)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowLeft")
        focused(0)
        page.keyboard.press("End")
        focused(11)
        page.keyboard.press("Home")
        focused(0)
        page.keyboard.press("g")
        expect(visit.tile(newest[0])).to_contain_text(visit.t("mark.good"))
        page.keyboard.press("b")
        expect(visit.tile(newest[0])).to_contain_text(visit.t("mark.bad"))
        focused(0)
        assert stage.prediction(newest[0])["mark"] == "bad"
        page.keyboard.press("b")
        expect(visit.tile(newest[0])).not_to_contain_text(visit.t("mark.bad"))

        page.keyboard.press("?")
        dialog = page.get_by_role("dialog", name=visit.t("keys.title"))
        for name in ["keys.good", "keys.bad", "keys.compare", "keys.cancel", "keys.filter", "keys.open"]:
            expect(dialog).to_contain_text(visit.t(name))
        visit.check_axe("the list of keys")
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        # The focus comes back from the dialog a moment after it has gone.
        focused(0)

        page.keyboard.press("ArrowRight")
        focused(1)
        page.keyboard.press("Enter")
        expect(page.locator("main h1")).to_have_text("echo")
        page.keyboard.press("g")
        expect(visit.button("mark.good")).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Escape")
        expect(visit.tile(newest[1])).to_contain_text(visit.t("mark.good"))
        # A letter that is typed is a letter.
        page.keyboard.press("/")
        page.keyboard.type("gb")
        expect(visit.field("filter.text")).to_have_value("gb")
        assert stage.prediction(newest[1])["mark"] == "good"


def copies(stage):
    """Programs in three languages that make a prediction again, whatever its inputs say, and without a secret."""
    [id] = stage.create("echo", {"text": HOSTILE, "data": {"seed": 2**63 + 11, "list": [HOSTILE, None, True, 0.1]}})
    [first] = stage.ended(id)
    home = stage.values["home"]
    runs = {"Lua": [stage.values["speedpix"], "run"], "Python": ["python3"], "curl": ["bash"]}
    with stage.visit() as visit:
        page = visit.page
        visit.tile(id).click()
        expect(page.locator("main h1")).to_have_text("echo")
        for name, command in runs.items():
            text = visit.copied(visit.button("copyAs.name", name=name))
            for secret in (
                stage.values["app_secret"],
                stage.values["admin_token"],
                page.evaluate("() => localStorage['speedpix.token']"),
            ):
                assert secret not in text, name
            path = os.path.join(home, f"copied.{name}")
            with open(path, "w") as file:
                file.write(text)
            end = stage.run(*command, path, **stage.credentials)
            assert end.returncode == 0, f"{name}: {end.stdout}\n{end.stderr}\n{text}"
            newest = stage.call("GET", "predictions?limit=1")["predictions"][0]["id"]
            made = stage.prediction(newest)
            assert newest != id and made["key"] == stage.values["app_key"], name
            for input in ("text", "data"):
                assert made["inputs"][input] == first["inputs"][input], f"{name}: {made['inputs']}"
        assert "hacked" not in os.listdir(home)
