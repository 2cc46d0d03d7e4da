"""Installing the app in a workspace: "Add to Slack", and the way back.

The state in the address is good once and bound to the browser by a cookie; the SDK writes both and the pages
(docs.slack.dev/authentication/installing-with-oauth).
"""

from slack_sdk.oauth import AuthorizeUrlGenerator, OAuthStateUtils, RedirectUriPageRenderer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.channels.slack.workspaces import BROKEN, Installations

INSTALL, BACK = "/slack/install", "/slack/oauth_redirect"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
AUTHORIZE = "https://slack.com/oauth/v2/authorize"


class OAuthPages:
    """The two pages."""

    def __init__(self, installations: Installations, client_id: str, scopes: list[str]) -> None:
        self._installations = installations
        self._addresses = AuthorizeUrlGenerator(client_id=client_id, scopes=scopes, authorization_url=AUTHORIZE)
        self._states = OAuthStateUtils()
        self._pages = RedirectUriPageRenderer(install_path=INSTALL, redirect_uri_path=BACK)
        self.routes = [Route(INSTALL, self._install), Route(BACK, self._back)]

    async def _install(self, request: Request) -> Response:
        state = await self._installations.issue_state()
        headers = {"Set-Cookie": self._states.build_set_cookie_for_new_state(state)}
        return RedirectResponse(self._addresses.generate(state), 302, headers)

    async def _back(self, request: Request) -> Response:
        query, state = request.query_params, request.query_params.get("state", "")
        if query.get("error"):
            return self._refused(str(query["error"])[:100], 200)
        if not self._states.is_valid_browser(state, {"cookie": [request.headers.get("cookie", "")]}):
            return self._refused("invalid_browser", 400)
        if not await self._installations.consume_state(state):
            return self._refused("invalid_state", 401)
        try:
            found = await self._installations.exchange(query.get("code", ""))
        except BROKEN:
            return self._refused("invalid_code", 401)
        team = await self._installations.install(found)
        if not team:
            return self._refused("no_workspace", 400)
        page = self._pages.render_success_page(app_id=str(found.get("app_id", "")), team_id=team)
        return self._page(page, 200)

    def _refused(self, why: str, status: int) -> Response:
        return self._page(self._pages.render_failure_page(why), status)

    def _page(self, html: str, status: int) -> Response:
        headers = {"Set-Cookie": self._states.build_set_cookie_for_deletion(), "Content-Security-Policy": POLICY}
        return HTMLResponse(html, status, headers)
