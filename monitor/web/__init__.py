"""The registrars' pages: FastAPI, Jinja2, the GOV.UK and MoJ design systems, HTMX. They work without JavaScript.

The way of a request: `security` (host, headers) -> `session` (who the browser belongs to) -> `security.csrf_checked`
(every form) -> `access` (may this role do that) -> a route, which gathers from `monitor.store` and renders.

A page is a module with a `router = APIRouter()`, named in `app.PAGES`; if it belongs in the menu it has a line in
`navigation.LINKS`. Its routes are plain `def`s (they run in threads: the store blocks) of a few lines:

    @router.get("/incidents/{force}/{ref:path}")
    def incident(request: Request, web: Web, user: Annotated[User, Allowed(Act.SEE_INCIDENT)], force: str, ref: str):
        user.must_see(force)                                  # 404, not 403, for another force
        found = some_question(web.store, user.scope, force, ref)     # SQL stands in monitor/store only; takes a Scope
        return render(request, "incident.html", incident=found)

    parts.Web          settings, store, clock ("now" on every page: never the system's), rulebook, mappings, assets
    access.Allowed     the signed-in user (`subject`, `name`, `roles`, `scope`), who may do this `Act`. Roles, acts and
                       what is allowed to whom stand in `access` and nowhere else; add an Act there.
    session            `CurrentSession` where the session itself is needed. Nothing of a page is kept in it.
    pages.render       a template and its context; the layout gets user, csrf_token, navigation, asset(name), now, path.
                       Templates are strict: an unknown name is an error. Filters: see `words.FILTERS`.
    errors             raise NotFound, Forbidden, PageError(sentence): each becomes a page. DatabaseAway from the store
                       becomes a 503 page by itself.

A form that changes something is a POST with `<input type="hidden" name="csrf_token" value="{{ csrf_token }}">` (or the
header X-CSRF-Token); all routers in PAGES are guarded. After success answer `RedirectResponse(address, 303)`. No inline
script, style or handler: the policy refuses them; scripts are `frontend/*.mjs`, styles `frontend/_*.scss` (each loaded
in `app.scss`), built by `python -m monitor.web.build_assets` into `static/` under hashed names (`asset("app.css")`).
Blocks of `base.html`: title, head, before_main (back link), main.

Addresses: `/` queue, `/incidents/{force}/{ref:path}` incident, `/static/` assets, `/sign-in`, `/sign-out`,
`/health/live`, `/health/ready`; `/api/` is not under PAGES (tokens, not cookies).

In tests: `tests/web/conftest.py` has `site` (the application on a new SQLite store, a clock to set, and a `Desk` that
sends events and reviews them), `visitor` (a browser without a browser: `sign_in`, `get`, `send` a form; browsing.py),
`served` (the site behind a real port), `browser_page` (Chromium; fails on console errors) with `sign_in(page, role)`;
`axe.violations(page)` holds a page to WCAG 2.2 AA.
"""
