"""A small OpenID provider. It lets everybody in; what it says of them is set by the test."""

import base64
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "monitor", "s3cret"
AUDIENCE = "monitor-api"
KEY, OTHER_KEY, NEXT_KEY = (RSAKey.generate_key(2048, {"kid": name}) for name in ("one", "one", "two"))
PEOPLE = {"sub": "u-17", "name": "Priya Example", "roles": ["registrar"], "forces": ["synthetic-northshire"]}


@dataclass
class Identity:
    """Each field that a test changes makes the provider lie in one way."""

    claims: dict[str, Any] = field(default_factory=lambda: dict(PEOPLE))
    user_info: dict[str, Any] | None = None  # None: there is no such endpoint
    key: RSAKey = field(default_factory=lambda: KEY)
    signs_with: RSAKey | None = None  # another key than it publishes
    names_itself: str | None = None
    refuses: bool = False
    base: str = ""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # code -> the request that it was given for
    requests: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"{self.base}/realm"

    def answer(self, path: str, query: dict[str, str], form: dict[str, str], login: str) -> tuple[int, Any]:
        """A status, and JSON or the address to go to."""
        self.requests.append(path)
        match path:
            case "/realm/.well-known/openid-configuration":
                return 200, self._about()
            case "/realm/keys":
                return 200, {"keys": [self.key.as_dict(private=False)]}
            case "/realm/start":
                return 303, self._started(query)
            case "/realm/token":
                return self._token(form, login)
            case "/realm/user" if self.user_info is not None:
                return 200, self.user_info
            case _:
                return 404, {}

    def _about(self) -> dict[str, Any]:
        about = {
            "issuer": self.names_itself or self.issuer,
            "authorization_endpoint": f"{self.issuer}/start",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/leave",
        }
        return about if self.user_info is None else about | {"userinfo_endpoint": f"{self.issuer}/user"}

    def _started(self, query: dict[str, str]) -> str:
        if self.refuses:
            return f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}"
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def _token(self, form: dict[str, str], login: str) -> tuple[int, Any]:
        asked = self.asked.pop(form.get("code", ""), None)
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or login != expected or not _proves(form.get("code_verifier", ""), asked):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        key = self.signs_with or self.key
        token = jwt.encode({"alg": "RS256", "kid": self.key.kid}, said | self.claims, key)
        return 200, {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token}


def _proves(verifier: str, asked: dict[str, str]) -> bool:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    return asked.get("code_challenge_method") == "S256" and asked.get("code_challenge") == digest


def access_token(identity: Identity, key: RSAKey = KEY, algorithm: str = "RS256", **claims: Any) -> str:
    """As the provider gives one to a program. A claim that is None is left out."""
    now = int(time.time())
    said = {"iss": identity.issuer, "aud": AUDIENCE, "iat": now, "exp": now + 300, **PEOPLE, "sub": "reports", **claims}
    return jwt.encode(
        {"alg": algorithm, "kid": key.kid}, {name: each for name, each in said.items() if each is not None}, key
    )


@contextmanager
def running() -> Iterator[Identity]:
    identity = Identity()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._answer({name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, form: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, content = identity.answer(parts.path, query, form, self.headers.get("authorization", ""))
            self.send_response(status)
            if isinstance(content, str):
                self.send_header("location", content)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(orjson.dumps(content))

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    identity.base = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield identity
    finally:
        server.shutdown()
        server.server_close()
