"""Texts of strangers are texts: markup in them is shown, and nothing of it is done."""

import re
import urllib.request

from playwright.sync_api import expect

import comfyui
from flows_workflows import photo, publish

MARKUP = '<img src=x onerror="hacked=1"></b><script>hacked=1</script>\'"&amp;'
TITLE = f"Title {MARKUP}"


def check_harmless(visit):
    """Nothing of what strangers wrote has become a part of the page, or has run."""
    found = visit.page.evaluate("""() => [
      document.querySelectorAll("img[src=x], main script, [onerror], [onload], iframe, object, embed, base, form[action]").length,
      document.scripts.length, globalThis.hacked,
    ]""")
    assert found == [0, 1, None], found


def hostile_texts(stage):
    """Markup in prompts, labels, file names, errors, titles of workflows, nodes and inputs."""
    script = """
    return {
      title = TITLE, description = TITLE,
      inputs = { word = { type = "choice", choices = { TITLE, "b" }, help = TITLE }, note = { type = "string", default = TITLE } },
      outputs = { "said" },
      run = function(inputs) return { said = inputs.note, info = TITLE } end,
    }
    """.replace("TITLE", f"[==[{TITLE}]==]")
    publish(stage, "hostile", script, "--alias", "main", "--title", TITLE)
    picture = stage.upload(f"{MARKUP}.jpg", "image/jpeg", photo(stage))
    [text] = stage.create("echo", {"text": MARKUP, "data": {MARKUP: MARKUP}, "image": picture}, label=MARKUP)
    [failed] = stage.create("echo", {"fail": MARKUP})
    [said] = stage.create("hostile", {"word": TITLE})
    stage.ended(text, failed, said)
    marked = {"class_type": "TestText", "inputs": {"text": MARKUP}, "_meta": {"title": TITLE}}
    shown = {"class_type": "TestShowText", "inputs": {"text": ["4", 0]}, "_meta": {"title": TITLE}}
    prompt = comfyui.post(stage, comfyui.changed(_4=marked, _5=shown))
    with stage.visit() as visit:
        page = visit.page

        def shows(address, *texts):
            visit.go(address)
            page.evaluate("() => document.querySelectorAll('details').forEach(details => { details.open = true; })")
            for one in texts:
                expect(page.locator("main").get_by_text(one, exact=False).first).to_be_visible()
            check_harmless(visit)

        shows("#/predictions", MARKUP)
        expect(visit.tile(text)).to_contain_text(MARKUP)
        expect(visit.tile(failed)).to_contain_text(MARKUP)
        shows(f"#/predictions/{text}", MARKUP)
        shows(f"#/predictions/{failed}", MARKUP)
        shows(f"#/predictions/{said}", TITLE)
        shows(f"#/predictions/{text}/again")
        shows(f"#/compare/{text}/{failed}", MARKUP)
        shows("#/predictions?" + "label=" + urllib.request.quote(MARKUP), MARKUP)
        shows("#/workflows", TITLE)
        shows("#/workflows/hostile", TITLE)
        shows("#/workflows/hostile?tab=versions")
        shows("#/workflows/hostile?tab=code")
        shows("#/workflows/hostile?tab=openapi")
        shows("#/publish")
        shows(f"#/publish/1/{prompt}", TITLE)
        # Places that somebody else has made up.
        for address in [
            f"#/{MARKUP}",
            f"#/predictions/{MARKUP}",
            f"#/workflows/{MARKUP}",
            f"#/runs/{MARKUP}",
            "#/__proto__",
            "#/constructor/x",
            "#/predictions/..%2f..%2fstatus",
        ]:
            visit._ignored = "status of 40[0-9]"
            shows(address)


def hostile_files(stage):
    """Drawings with scripts and pages of HTML as results: an image or a name, and neither runs."""
    attack = f"hacked=1;alert(1);fetch('{stage.endpoint}/speedpix/status')"
    drawing = f"""<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30" onload="{attack}">
    <script>{attack}</script><rect width="40" height="30" fill="teal"/>
    <foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/></foreignObject></svg>"""
    html = f'<!doctype html><title>page</title><script>{attack}</script><img src=x onerror="{attack}">'
    files = {
        "drawing.svg": ("image/svg+xml", drawing), "page.html": ("text/html", html), "picture.png": ("image/png", html),
        "page.xhtml": ("application/xhtml+xml", f"<html xmlns='http://www.w3.org/1999/xhtml'><script>{attack}</script></html>"),
        "data.json": ("application/json", html), "program.js": ("text/javascript", attack), "note.txt": ("text/plain", html),
    }  # fmt: skip
    made = {
        name: stage.create("echo", {"image": stage.upload(name, type, content.encode())})[0]
        for name, (type, content) in files.items()
    }
    stage.ended(*made.values())
    # What a sandbox keeps from running is told as an error, and so is a picture that is none.
    with stage.visit(ignoring="(?i)blocked script|sandbox|content security policy|status of 404") as visit:
        page = visit.page
        expect(visit.tiles("succeeded")).to_have_count(len(files))
        visit.page.wait_for_timeout(200)
        check_harmless(visit)
        for name, id in made.items():
            visit.go(f"#/predictions/{id}")
            check_harmless(visit)
            # Nothing but a picture may be shown, and that only as one.
            assert page.locator("main figure :is(iframe, object, embed, svg:not(.icon))").count() == 0
            [file] = [file for output in stage.prediction(id)["outputs"] for file in output.get("files", [])]
            expect(page.locator("main figure").get_by_text(name, exact=True).first).to_be_visible()
            # Opened by itself it has neither the page's origin nor scripts.
            other = visit.context.new_page()
            other.on("dialog", visit._see)
            with urllib.request.urlopen(f"{stage.endpoint}{file['url']}", timeout=60) as response:
                policy = response.headers["Content-Security-Policy"]
                assert "sandbox" in policy and response.headers["X-Content-Type-Options"] == "nosniff", (name, policy)
                is_attachment = re.match("attachment", response.headers.get("Content-Disposition") or "")
            if not is_attachment:
                other.goto(f"{stage.endpoint}{file['url']}")
                assert other.evaluate("() => globalThis.hacked") is None, name
            other.close()
