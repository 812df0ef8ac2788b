"""Servers, runs, and faults."""

import os
import subprocess

from playwright.sync_api import expect

import comfyui


def servers(stage):
    """A server's queue, memory and speed; drained, it takes nothing new until it is resumed."""
    comfyui.post(stage, comfyui.PICTURE)
    comfyui.publish(stage)
    with stage.visit() as visit:
        page = visit.page
        visit.link("nav.servers").click()
        card = page.get_by_role("region", name=visit.t("servers.name", number=1), exact=True)
        expect(card.get_by_text(visit.t("servers.up"), exact=True)).to_be_visible()
        expect(card).to_contain_text(stage.values["comfyui"])
        expect(card.get_by_role("meter")).to_be_visible()
        visit.check_axe("servers")

        card.get_by_role("button", name=visit.t("servers.drain"), exact=True).click()
        expect(card.get_by_text(visit.t("servers.draining"), exact=True)).to_be_visible()
        resume = card.get_by_role("button", name=visit.t("servers.resume"), exact=True)
        # Whoever uses the keyboard is where he was.
        expect(resume).to_be_focused()
        [id] = stage.create("scene", {"seed": 5})
        visit.go("#/predictions")
        expect(visit.tile(id)).to_have_attribute("data-state", "waiting")
        visit.go("#/servers")
        resume.click()
        expect(card.get_by_text(visit.t("servers.up"), exact=True)).to_be_visible()
        [done] = stage.ended(id)
        assert done["state"] == "succeeded", done
        visit.go("#/workflows")
        visit.go("#/servers")
        expect(card.get_by_text(visit.t("servers.speed"), exact=True)).to_be_visible()

        card.get_by_role("button", name=visit.t("servers.free"), exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name=visit.t("servers.freeNow"), exact=True).click()
        expect(page.get_by_text(visit.t("servers.done.free", number=1), exact=True).first).to_be_visible()
        assert "POST /api/free" in stage.ask("requests")


def previews(stage):
    """A prediction shows how far it is while it runs at ComfyUI: on the wall, and where it is shown itself."""
    comfyui.post(stage, comfyui.PICTURE)
    comfyui.publish(stage)
    stage.ask("hold")
    with stage.visit() as visit:
        page = visit.page
        [id] = stage.create("scene", {"seed": 6})
        tile = visit.tile(id)
        expect(tile).to_have_attribute("data-state", "running")
        stage.ask("preview", color=0xC82859)
        visit.wait_for_pictures(tile.locator("img"), 1)
        stage.ask("step", value=3, of=4)
        expect(tile.get_by_role("progressbar")).to_be_visible()
        tile.click()
        preview = page.get_by_role("img", name=visit.t("detail.preview"), exact=True)
        visit.wait_for_pictures(preview, 1)
        first = preview.get_attribute("src")
        stage.ask("preview", color=0x2859C8)
        expect(preview).not_to_have_attribute("src", first)
        expect(page.get_by_text("Second pass", exact=False).first).to_be_visible()
        stage.ask("finish")
        expect(page.locator("main").get_by_text(visit.t("state.succeeded"), exact=True).first).to_be_visible()
        visit.wait_for_pictures(page.locator("main figure img"), 1)


def lose_an_answer(stage):
    """Runs a script of three predictions. The gateway makes the second one, and breaks the connection instead of saying so."""
    script = os.path.join(stage.values["home"], "rows.lua")
    with open(script, "w") as file:
        file.write('for row = 1, 3 do print(run("echo", { text = "row " .. row }).text) end\n')
    end = stage.run(stage.values["speedpix"], "run", script, **stage.credentials)
    assert end.returncode != 0 and "row 1" in end.stdout, (end.stdout, end.stderr)


def runs(stage):
    """A run that has lost an answer: what it did, and a form that says what came of the prediction in doubt."""
    lose_an_answer(stage)
    made = stage.call("GET", "predictions")["predictions"]
    assert len(made) == 2, made
    with stage.visit() as visit:
        page = visit.page
        visit.link("nav.runs").click()
        row = page.get_by_role("row").filter(has_text="rows.lua")
        expect(row).to_contain_text(visit.t("runs.state.unfinished"))
        expect(row).to_contain_text(visit.t("runs.count.in_doubt.one", count=1))
        visit.check_axe("runs")
        row.get_by_role("link").first.click()
        number = page.url.rpartition("/")[2]
        doubt = page.locator("form.doubt")
        expect(doubt).to_have_count(1)
        visit.check_axe("a run in doubt")
        settle = doubt.get_by_role("button", name=visit.t("runs.settle"), exact=True)
        settle.click()
        expect(doubt.get_by_role("alert")).to_have_text(visit.t("runs.settle.choose"))
        doubt.get_by_label(visit.t("runs.settle.id"), exact=True).fill(made[0]["id"])
        settle.click()
        expect(doubt).to_have_count(0)

        printed = stage.speedpix("runs", "resume", number, **stage.credentials)
        assert printed.splitlines() == ["row 1", "row 2", "row 3"], printed
        # What was settled is not made once more.
        assert len(stage.call("GET", "predictions")["predictions"]) == 3
        visit.go("#/runs")
        expect(row).to_contain_text(visit.t("runs.state.finished"))
        expect(row).to_contain_text(visit.t("runs.count.reused.other", count=2))


def batches(stage):
    """A batch in the queue: its rows, which of them failed and why, and the predictions that they made."""
    home, queue = stage.values["home"], stage.values["queue"]
    for name, text in {
        "card.lua": """
            local p = speedpix.params { text = { required = true } }
            return { said = run("echo", { text = p.text, fail = p.text:match("^fail (.+)") }).text }
        """,
        "rows.csv": "sku,text\nA1,red\nB2,fail out of paint\nC3,blue\n",
    }.items():
        with open(os.path.join(home, name), "w") as file:
            file.write(text)
    worker = subprocess.Popen(
        [stage.values["speedpix"], "worker", "--queue", queue, "--trust", "any"], cwd=home,
        env=stage.environment(**stage.credentials),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        stage.run(
            stage.values["speedpix"], "batch", "card.lua", "rows.csv", "--key", "sku", "--queue", queue, "--name", "cards",
            "--retry", "0", **stage.credentials,
        )  # fmt: skip
        with stage.visit() as visit:
            page = visit.page
            visit.link("nav.batches").click()
            row = visit.row("cards")
            expect(row).to_contain_text(visit.t("batches.done", done=3, rows=3))
            visit.check_axe("batches")
            row.get_by_role("link").click()
            expect(visit.heading("cards")).to_be_visible()
            failed = visit.row("B2")
            expect(failed).to_contain_text(visit.t("batches.row.failed"))
            expect(failed).to_contain_text("out of paint")
            visit.check_axe("a batch")
            visit.check_width("a batch")
            visit.field("runs.filter").select_option("succeeded")
            expect(page.get_by_role("rowheader")).to_have_text(["A1", "C3"])
            visit.row("A1").get_by_role("link").click()
            expect(visit.heading("echo")).to_be_visible()
            expect(page.get_by_text("red", exact=True).first).to_be_visible()
    finally:
        worker.kill()
        worker.wait()


def faults(stage):
    """The rules that a gateway was started with, and what has struck."""
    stage.run(stage.values["speedpix"], "predict", "echo", "text=first", **stage.credentials)
    stage.run(stage.values["speedpix"], "predict", "echo", "text=second", **stage.credentials)
    with stage.visit() as visit:
        page = visit.page
        visit.link("nav.faults").click()
        strikes = page.get_by_role("region", name=visit.t("faults.strikes"), exact=True)
        expect(strikes).to_contain_text("reset_after")
        expect(strikes).to_contain_text("create")
        expect(page.get_by_role("region", name=visit.t("faults.rules"), exact=True)).to_contain_text("reset_after")
        visit.check_axe("faults")


def without_faults(stage):
    """A gateway without faults, queue or journal does not offer to show them."""
    with stage.visit() as visit:
        page = visit.page
        expect(page.get_by_text(visit.t("connection.live"), exact=True)).to_be_visible()
        expect(visit.link("nav.servers")).to_be_visible()
        for name in ["nav.faults", "nav.batches"]:
            expect(visit.link(name)).to_have_count(0)
