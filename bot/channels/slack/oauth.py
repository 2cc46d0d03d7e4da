"""OAuth flow by which a workspace installs the app: "Add to Slack", and the redirection back.

The `state` in the address is good once and bound to the browser by a cookie; the SDK writes both and the pages
(docs.slack.dev/authentication/installing-with-oauth).
"""

from slack_sdk.oauth import AuthorizeUrlGenerator, OAuthStateUtils, RedirectUriPageRenderer
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.channels.slack.installations import Installations
from bot.channels.slack.web_client import API_FAILURES

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
CSP = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
AUTHORIZE_URL = "https://slack.com/oauth/v2/authorize"


class OAuthFlow:
    """Routes of the two pages."""

    def __init__(self, installations: Installations, client_id: str, scopes: list[str]) -> None:
        """`scopes`: of the bot token that is asked for."""
        self._installations = installations
        self._authorize_urls = AuthorizeUrlGenerator(
            client_id=client_id, scopes=scopes, authorization_url=AUTHORIZE_URL
        )
        self._states = OAuthStateUtils()
        self._pages = RedirectUriPageRenderer(install_path=INSTALL_PATH, redirect_uri_path=REDIRECT_PATH)
        self.routes = [Route(INSTALL_PATH, self._install), Route(REDIRECT_PATH, self._redirected)]

    async def _install(self, request: Request) -> Response:
        state = await self._installations.issue_state()
        headers = {"Set-Cookie": self._states.build_set_cookie_for_new_state(state)}
        return RedirectResponse(self._authorize_urls.generate(state), 302, headers)

    async def _redirected(self, request: Request) -> Response:
        query, state = request.query_params, request.query_params.get("state", "")
        if query.get("error"):
            return self._failure_page(str(query["error"])[:100], 200)
        if not self._states.is_valid_browser(state, {"cookie": [request.headers.get("cookie", "")]}):
            return self._failure_page("invalid_browser", 400)
        if not await self._installations.consume_state(state):
            return self._failure_page("invalid_state", 401)
        try:
            found = await self._installations.exchange(query.get("code", ""))
        except API_FAILURES:
            return self._failure_page("invalid_code", 401)
        team = await self._installations.install(found)
        if not team:
            return self._failure_page("no_workspace", 400)
        page = self._pages.render_success_page(app_id=str(found.get("app_id", "")), team_id=team)
        return self._page(page, 200)

    def _failure_page(self, reason: str, status: int) -> Response:
        return self._page(self._pages.render_failure_page(reason), status)

    def _page(self, html: str, status: int) -> Response:
        headers = {"Set-Cookie": self._states.build_set_cookie_for_deletion(), "Content-Security-Policy": CSP}
        return HTMLResponse(html, status, headers)
