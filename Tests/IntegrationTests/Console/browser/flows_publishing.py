"""From ComfyUI to a script, and what can be in the way."""

import copy
import json
import os
import re

from playwright.sync_api import expect

import comfyui

MOST_ACTIONS = 6


class Actions:
    """What a person does, counted."""

    def __init__(self):
        self.names = []

    def do(self, name, action, *arguments):
        self.names.append(name)
        return action(*arguments)


def ten_minutes(stage):
    """From the link to code that runs, in six actions at most and without an editor."""
    comfyui.post(stage, comfyui.PICTURE)
    actions = Actions()
    with stage.visit(is_signed_in=False) as visit:
        page = visit.page
        actions.do("open the link", page.goto, stage.values["first_link"])
        actions.do("Workflows", visit.link("nav.workflows").click)
        actions.do("From ComfyUI", visit.link("workflows.fromComfyUI").first.click)
        card = page.locator("a.workflow-card")
        expect(card).to_have_count(1)
        expect(card).to_contain_text("Second pass")
        visit.wait_for_pictures(card.locator("img"), 1)
        visit.check_axe("what ran lately")
        actions.do("tick one", card.click)
        expect(page.get_by_text(visit.t("publish.fine"), exact=True)).to_be_visible()
        expect(page.get_by_role("checkbox", name=re.compile("Second pass · seed"))).to_be_checked()
        id = visit.field("publish.id").input_value()
        assert id
        visit.check_axe("the plan")
        actions.do("Publish", visit.button("publish.publish").click)
        expect(visit.heading(visit.t("publish.published", id=id, version="v1"))).to_be_visible()
        main = page.locator("main")
        expect(main).to_contain_text(visit.t("publish.trialWorks"))
        expect(main).to_contain_text(visit.t("publish.aliasStands", alias="main", version="v1"))
        visit.wait_for_pictures(page.locator(".trial figure img"), 1)
        visit.check_axe("the trial run")
        text = actions.do("copy as Lua", visit.copied, visit.button("copyAs.name", name="Lua"))
        assert len(actions.names) <= MOST_ACTIONS, actions.names

        workflow = stage.call("GET", f"workflows/{id}")
        assert workflow["aliases"] == {"main": "v1"} and workflow["kind"] == "comfyui"
        path = os.path.join(stage.values["home"], "shop.lua")
        with open(path, "w") as file:
            file.write(text)
        # No variable names endpoint or key.
        printed = stage.speedpix("run", path)
        newest = stage.call("GET", f"predictions?workflow={id}&limit=1")["predictions"][0]
        assert newest["state"] == "succeeded" and newest["key"] != "console", newest
        assert os.path.exists(os.path.join(stage.values["home"], printed.strip().splitlines()[-1])), printed

        # What was published is known again where it came from, and the next one is its second version.
        visit.go("#/publish")
        expect(page.get_by_text(visit.t("publish.publishedAs", id=id), exact=True)).to_be_visible()
        visit.go(f"#/workflows/{id}")
        expect(visit.heading(id)).to_be_visible()
        visit.button("workflows.run").click()
        visit.wait_for_pictures(visit.tiles("succeeded").locator("img"), 3)


def plan_of(visit, stage, graph):
    """Opens the plan of a workflow that ComfyUI has run."""
    prompt = comfyui.post(stage, graph)
    visit.go(f"#/publish/1/{prompt}")
    expect(visit.heading(visit.t("publish.planTitle"))).to_be_visible()
    return visit.page.get_by_role("status", name=visit.t("publish.findings"))


def pattern(visit, code):
    """The words of a finding, whatever stands in their gaps."""
    parts = re.split(r"\{\w+\}", visit.t(f"publish.finding.{code}"))
    return re.compile(".+?".join(re.escape(part) for part in parts))


def troubles(stage):
    """What keeps a workflow from being published, or makes it do the same again, is said in words."""
    seed = copy.deepcopy(comfyui.PICTURE)
    with stage.visit() as visit:
        page = visit.page
        publish = visit.button("publish.publish")

        # A fixed seed.
        findings = plan_of(visit, stage, seed)
        expect(publish).to_be_enabled()
        box = page.get_by_role("checkbox", name=re.compile("Second pass · seed"))
        box.uncheck()
        expect(findings).to_contain_text(pattern(visit, "fixed_seed"))
        expect(publish).to_be_enabled()

        # A node that spends credits.
        findings = plan_of(
            visit, stage, comfyui.changed(_1={"class_type": "TestPartnerImage", "inputs": {"prompt": "a shoe"}})
        )
        expect(findings).to_contain_text(pattern(visit, "partner_node"))
        expect(publish).to_be_disabled()
        visit.field("publish.partner").check()
        expect(publish).to_be_enabled()

        # A mask that was drawn in ComfyUI's page.
        stage.ask("add_file", key="input/clipspace/clipspace-painted-masked-1.png")
        masked = {"class_type": "LoadImage", "inputs": {"image": "clipspace/clipspace-painted-masked-1.png"}}
        findings = plan_of(visit, stage, comfyui.changed(_1=masked))
        expect(findings).to_contain_text(pattern(visit, "clipspace_input"))

        # A model that is not there any more.
        stage.ask("set_models", names=["dream.safetensors"])
        model = {"class_type": "TestModel", "inputs": {"ckpt_name": "dream.safetensors"}}
        prompt = comfyui.post(stage, comfyui.changed(_1=model))
        stage.ask("set_models", names=["other.safetensors"])
        visit.go(f"#/publish/1/{prompt}")
        expect(findings).to_contain_text(pattern(visit, "missing_model"))
        expect(findings).to_contain_text("dream.safetensors")

        # A file of ComfyUI's page, which no server runs.
        visit.go("#/publish")
        page.get_by_text(visit.t("publish.missing"), exact=True).click()
        for name, content in {"ui": {"nodes": [], "links": []}, "api": comfyui.PICTURE, "other": [1, 2]}.items():
            with page.expect_file_chooser() as chooser:
                visit.button("publish.missing.look").click()
            chooser.value.set_files({
                "name": f"{name}.json", "mimeType": "application/json", "buffer": json.dumps(content).encode(),
            })  # fmt: skip
            expect(page.get_by_text(visit.t(f"publish.file.{name}", name=f"{name}.json"), exact=True)).to_be_visible()

        # Another port than the gateway asks.
        page.get_by_role("link", name=stage.values["absent"]).click()
        expect(page.get_by_text(visit.t("publish.notUp", url=stage.values["absent"]), exact=True)).to_be_visible()
        expect(page.get_by_text(visit.t("publish.ports"), exact=True)).to_be_visible()
        visit.check_axe("a server that does not answer")
