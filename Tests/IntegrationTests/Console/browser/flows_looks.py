"""How every view looks: for everybody, on a small screen, at night, in Chinese, and without motion."""

import json
import re
import urllib.request

from playwright.sync_api import expect

import comfyui
from flows_operation import lose_an_answer
from flows_workflows import POSTCARD, photo, publish
from visit import COLOURS

NARROW = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 860}


def fill_gateway(stage):
    """Something for every view to show; gives their addresses by their names."""
    lose_an_answer(stage)
    comfyui.post(stage, comfyui.PICTURE)
    comfyui.publish(stage)
    prompt = comfyui.post(stage, comfyui.changed(_1={"class_type": "TestPartnerImage", "inputs": {"prompt": "a shoe"}}))
    publish(stage, "postcard", POSTCARD, "--alias", "main")
    publish(stage, "postcard", POSTCARD)
    image = stage.upload("photo.jpg", "image/jpeg", photo(stage))
    [card] = stage.create(
        "postcard", {"picture": image}, label="A card with quite a long label for one that is shown so small"
    )
    [other] = stage.create("postcard", {"picture": image, "greeting": "Good bye", "seed": 2})
    [failed] = stage.create(
        "echo", {"fail": "the paint has run out, and a_very_long_word_without_any_space_in_it_" * 3}
    )
    [data] = stage.create("echo", {"text": "hello", "data": {"list": [1, 2, {"seed": 2**64 - 1}]}})
    stage.ended(card, other, failed, data)
    stage.call("PUT", f"predictions/{card}/notes", {"mark": "good"})
    [running] = stage.create("echo", {"duration": 600})
    [published] = stage.call("GET", "predictions?workflow=scene&limit=1")["predictions"]
    addresses = {
        "predictions": "#/predictions", "no match": "#/predictions?text=nothing-has-this", "prediction": f"#/predictions/{card}",
        "failed": f"#/predictions/{failed}", "data": f"#/predictions/{data}", "running": f"#/predictions/{running}",
        "again": f"#/predictions/{card}/again", "use": f"#/use?from={card}&output=picture&index=0",
        "compare": f"#/compare/{card}/{other}", "workflows": "#/workflows", "form": "#/workflows/postcard",
        "versions": "#/workflows/postcard?tab=versions", "code": "#/workflows/postcard?tab=code",
        "openapi": "#/workflows/postcard?tab=openapi", "from ComfyUI": "#/publish", "plan": f"#/publish/1/{prompt}",
        "trial": f"#/publish/scene/v1/{published['id']}", "servers": "#/servers", "runs": "#/runs",
        "faults": "#/faults", "nowhere": "#/nowhere",
    }  # fmt: skip
    [run] = stage.call("GET", "runs")["runs"]
    return {**addresses, "run": f"#/runs/{run['id']}"}


def views(stage):
    """Each view by day and by night, for whoever uses it without seeing it, and on a screen of 360 pixels."""
    addresses = fill_gateway(stage)
    with stage.visit(ignoring="status of 404") as visit:
        page = visit.page
        for name, address in addresses.items():
            visit.go(address)
            visit.check_axe(name)
            page.emulate_media(color_scheme="dark")
            visit.check_axe(f"{name} in the dark", COLOURS)
            page.set_viewport_size(NARROW)
            visit.check_width(name)
            page.emulate_media(color_scheme="light")
            page.set_viewport_size(WIDE)
            visit.check_width(f"{name} on a wide screen")
        # What is only there on a small screen.
        page.set_viewport_size(NARROW)
        visit.go("#/predictions")
        visit.button("filter.more").click()
        visit.check_axe("filters on a small screen")
        visit.check_width("filters")


def chinese(stage):
    """The page in Chinese for a browser that wants it: nothing is left in English, and it fits a small screen."""
    english, chinese = [
        json.load(urllib.request.urlopen(f"{stage.endpoint}/console/texts_{one}.json")) for one in ("en", "zh")
    ]
    known = {text for key, text in english.items() if text != chinese.get(key) and not re.search(r"[{}]", text)}
    # Inputs and outputs of workflows have names of their own.
    known = sorted(known - set(chinese.values()) - {"text", "picture", "image", "size"})
    addresses = fill_gateway(stage)
    with stage.visit(language="zh-CN", ignoring="status of 404", **NARROW) as visit:
        page = visit.page
        assert page.evaluate("() => document.documentElement.lang") == "zh-Hans"
        for name, address in addresses.items():
            visit.go(address)
            visit.check_width(f"{name} in Chinese")
            left = page.evaluate(LEFT_IN_ENGLISH, [known, sorted(english)])
            assert left == [], f"{name}: {left}"
        visit.check_axe("the page in Chinese")
        visit.go("#/nowhere")
        # Whoever wants another language than the browser's has it from then on.
        visit.field("language").select_option("en")
        expect(visit.heading(stage.text("notFound.title"))).to_be_visible()
        assert page.evaluate("() => document.documentElement.lang") == "en"
        visit.language = "en"
        visit.reload()
        expect(visit.heading(stage.text("notFound.title"))).to_be_visible()


# Texts and labels of the page that are English, or that are the keys of texts.
LEFT_IN_ENGLISH = """([english, keys]) => {
  const known = new Set([...english, ...keys]);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    // The data of predictions is in whatever language it is.
    if (!walker.currentNode.parentElement.closest("pre, code, [lang]")) texts.push(walker.currentNode.data.trim());
  }
  for (const element of document.body.querySelectorAll("[aria-label], [title], [placeholder]")) {
    texts.push(...["aria-label", "title", "placeholder"].map((name) => element.getAttribute(name) ?? ""));
  }
  return [...new Set(texts.filter((text) => known.has(text)))];
}"""


def still(stage):
    """Nothing moves for whoever wants it so, not even where something runs."""
    [id] = stage.create("echo", {"duration": 600})
    moving = """() => document.getAnimations().filter((one) => {
      const { duration, iterations } = one.effect.getComputedTiming();
      return one.playState === "running" && (duration > 50 || iterations === Infinity);
    }).length"""
    with stage.visit(motion="reduce") as visit:
        expect(visit.tile(id)).to_have_attribute("data-state", "running")
        for address in ["#/predictions", f"#/predictions/{id}"]:
            visit.go(address)
            assert visit.page.evaluate(moving) == 0, address
        stage.call("POST", f"predictions/{id}/cancel", {})
