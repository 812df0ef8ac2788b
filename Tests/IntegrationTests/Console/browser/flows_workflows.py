"""Workflows: the form that is made of their inputs, their versions, and what programs are told of them."""

import json
import os

from playwright.sync_api import expect

POSTCARD = """
return {
  title = "Postcard",
  description = "A picture with a greeting",
  inputs = {
    picture = { type = "file", required = true, help = "what is on it" },
    greeting = { type = "string", default = "Hello", help = "what it says" },
    size = { type = "integer", default = 64, min = 16, max = 256 },
    look = { type = "choice", choices = { "plain", "grey" }, default = "plain" },
    framed = { type = "boolean", default = false },
    seed = { type = "integer", default = 1, min = 0 },
  },
  outputs = { "picture", "words" },
  run = function(inputs)
    local picture = inputs.picture:resize { width = inputs.size, height = inputs.size, fit = "exact" }
    if inputs.look == "grey" then picture = picture:grayscale() end
    return { picture = picture, words = inputs.greeting .. ", " .. tostring(inputs.seed) }
  end,
}
"""


def publish(stage, id, source, *arguments):
    """Publishes a workflow in Lua, as its author does in a terminal."""
    path = os.path.join(stage.values["home"], f"{id}.lua")
    with open(path, "w") as file:
        file.write(source)
    stage.speedpix("workflows", "publish", path, "--id", id, "--no-try", *arguments)


def photo(stage):
    with open(stage.values["photo"], "rb") as file:
        return file.read()


def form(stage):
    """A form with a file that is dropped, a range, a choice, a flag and a preset; what is wrong is said beside the field."""
    with stage.visit() as visit:
        page = visit.page
        visit.link("nav.workflows").click()
        # It appears in the list that is open.
        publish(stage, "postcard", POSTCARD, "--alias", "main")
        page.get_by_role("link", name="Postcard").click()
        expect(visit.heading("Postcard")).to_be_visible()
        run = visit.button("workflows.run")

        run.click()
        expect(page.get_by_text(visit.t("form.file.needed.file"), exact=True)).to_be_visible()
        visit.input("size").fill("1000")
        run.click()
        expect(page.get_by_text(visit.t("form.within", least=16, most=256), exact=True)).to_be_visible()
        visit.check_axe("a form with errors")

        visit.input("size").fill("32")
        visit.input("greeting").fill("Grüße aus 杭州")
        visit.input("look").select_option("grey")
        visit.input("framed").check()
        visit.button("form.preset.save").click()
        visit.field("form.preset.name").fill("Small and grey")
        visit.button("save").click()
        expect(page.get_by_role("dialog")).to_have_count(0)

        visit.reload()
        expect(visit.input("size")).to_have_value("64")
        page.locator(".presets").get_by_role("combobox").select_option("Small and grey")
        expect(visit.input("size")).to_have_value("32")
        expect(visit.input("greeting")).to_have_value("Grüße aus 杭州")
        expect(visit.input("look").locator("option:checked")).to_have_text("grey")
        expect(visit.input("framed")).to_be_checked()
        visit.drop(page.locator(".drop"), "photo.jpg", "image/jpeg", photo(stage))
        visit.wait_for_pictures(page.get_by_role("img", name=visit.t("form.file.preview", name="photo.jpg")), 1)
        run.click()
        visit.wait_for_pictures(visit.tiles("succeeded").locator("img"), 1)
        [made] = stage.call("GET", "predictions?workflow=postcard")["predictions"]
        inputs = stage.prediction(made["id"])["inputs"]
        assert inputs["picture"]["file"]["filename"] == "photo.jpg", inputs
        values = {name: input["value"] for name, input in inputs.items() if "value" in input}
        assert {"size": 32, "greeting": "Grüße aus 杭州", "look": "grey", "framed": True}.items() <= values.items(), (
            values
        )
        assert made["key"] == "console"

        # A result as the input, and four with seeds of their own.
        visit.button("form.file.result").click()
        page.get_by_role("dialog").get_by_role("button", name="postcard").click()
        visit.button("detail.four").click()
        expect(visit.tiles("succeeded")).to_have_count(5)
        words = set()
        for summary in stage.call("GET", "predictions?workflow=postcard&limit=4")["predictions"]:
            outputs = stage.prediction(summary["id"])["outputs"]
            words |= {output["value"] for output in outputs if output["name"] == "words"}
        assert len(words) == 4, words


def versions(stage):
    """The versions of a workflow, an alias that is moved, its code, and its OpenAPI document."""
    publish(stage, "postcard", POSTCARD, "--alias", "main")
    publish(stage, "postcard", POSTCARD.replace("greeting", "wish"))
    with stage.visit() as visit:
        page = visit.page
        visit.go("#/workflows/postcard")
        parts = page.get_by_role("navigation", name=visit.t("workflows.parts"))

        def open_part(name):
            parts.get_by_role("link", name=visit.t(f"workflows.tab.{name}"), exact=True).click()

        open_part("versions")
        expect(page.get_by_role("rowheader")).to_have_text(["v2", "v1"])
        assert stage.call("GET", "workflows/postcard")["aliases"] == {"main": "v1"}
        visit.button("workflows.aliasTitle", version="v2").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(visit.t("workflows.aliasMoves", alias="main", **{"from": "v1"}, to="v2"))
        dialog.get_by_role("button", name=visit.t("workflows.aliasMove"), exact=True).click()
        expect(visit.row("v2").get_by_text("main", exact=True)).to_be_visible()
        assert stage.call("GET", "workflows/postcard")["aliases"] == {"main": "v2"}

        open_part("run")
        expect(visit.input("wish")).to_be_visible()
        open_part("openapi")
        box = page.get_by_role("region", name=visit.t("workflows.tab.openapi"), exact=True)
        expect(box).to_contain_text("3.1")
        document = json.loads(box.text_content())
        assert document["openapi"].startswith("3.1") and document["paths"], document
        assert "wish" in box.text_content()
        with page.expect_download() as download:
            visit.link("file.download").click()
        with open(download.value.path()) as file:
            assert json.load(file) == document

        open_part("code")
        expect(page.get_by_text(visit.t("workflows.noCode"), exact=True)).to_be_visible()
        # Of the workflow that is there by itself, there is nothing to move.
        stage.ended(*stage.create("echo", {"text": "hello"}))
        visit.go("#/workflows/echo?tab=code")
        expect(page.get_by_role("region", name=visit.t("workflows.tab.code"), exact=True)).to_contain_text('run("echo"')
        visit.go("#/workflows/echo?tab=versions")
        expect(page.get_by_text(visit.t("workflows.comesWith"), exact=True)).to_be_visible()
