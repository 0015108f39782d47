"""The web server."""

from monitor.settings import Settings
from monitor.store import open_store
from monitor.store.attendance import attending
from monitor.store.presence import Work
from monitor.web.app import create_app


def serve(settings: Settings) -> None:
    """Serve the pages until SIGINT or SIGTERM. Raises UserError where they cannot be served."""
    import uvicorn

    store = open_store(settings.database_url)
    try:
        config = uvicorn.Config(
            create_app(settings, store),
            host=settings.web_host,
            port=settings.web_port,
            log_config=None,
            access_log=False,  # addresses hold references of incidents
            server_header=False,
            timeout_graceful_shutdown=5,
        )
        with attending(store, Work.WEB):
            uvicorn.Server(config).run()
    finally:
        store.dispose()
