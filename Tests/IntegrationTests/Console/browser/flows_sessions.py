"""Who comes in, and how a page that is open stays so."""

from playwright.sync_api import expect


def sign_in(stage):
    """A link is good once. Nothing of it stays in the address, and no cookie comes of it."""
    link = stage.link()
    with stage.visit(is_signed_in=False, ignoring="status of 403") as visit:
        page = visit.page
        page.goto(link)
        expect(visit.heading(visit.t("nav.predictions"))).to_be_visible()
        assert page.url == f"{stage.endpoint}/#/predictions", page.url
        assert page.evaluate("() => history.length") <= 2
        assert visit.context.cookies() == []
        visit.reload()
        expect(visit.heading(visit.t("nav.predictions"))).to_be_visible()
        # A link that is opened once more does not end the session that it has begun.
        page.goto("about:blank")
        page.goto(link)
        expect(visit.heading(visit.t("nav.predictions"))).to_be_visible()

    with stage.visit(is_signed_in=False, ignoring="status of 403") as visit:
        page = visit.page
        page.goto(link)
        expect(visit.heading(visit.t("signIn.title"))).to_be_visible()
        expect(page.get_by_text("speedpix console", exact=True)).to_be_visible()
        visit.check_axe("sign in")
        code = visit.field("signIn.code")
        code.fill(link)
        visit.button("signIn.open").click()
        expect(page.get_by_role("alert")).to_be_visible()
        code.fill(stage.link())
        visit.button("signIn.open").click()
        expect(visit.heading(visit.t("nav.predictions"))).to_be_visible()

    # A browser without a session asks for one, and one whose token counts no more does so, too.
    with stage.visit(is_signed_in=False, ignoring="status of 401") as visit:
        page = visit.page
        page.goto(f"{stage.endpoint}/")
        expect(visit.heading(visit.t("signIn.title"))).to_be_visible()
        page.evaluate("() => localStorage.setItem('speedpix.token', 'somebody-elses')")
        page.reload()
        expect(visit.heading(visit.t("signIn.title"))).to_be_visible()


def restart(stage):
    """A page that was left open goes on when the gateway was started anew: with its session, and with what happens then."""
    with stage.visit(ignoring="ERR_|Failed to fetch") as visit:
        page = visit.page
        live = page.get_by_text(visit.t("connection.live"), exact=True)
        expect(live).to_be_visible()
        [before] = stage.create("echo", {"text": "before"})
        expect(visit.tile(before)).to_have_attribute("data-state", "succeeded")

        stage.ask("stop")
        expect(page.get_by_text(visit.t("connection.lost"), exact=True)).to_be_visible()
        stage.ask("start")
        # Nobody sees it while it waits to ask again.
        expect(live).to_be_visible()
        [after] = stage.create("echo", {"text": "after"})
        expect(visit.tile(after)).to_have_attribute("data-state", "succeeded")
        expect(visit.tiles()).to_have_count(2)
        visit.tile(before).click()
        expect(page.get_by_text("before", exact=True).first).to_be_visible()
