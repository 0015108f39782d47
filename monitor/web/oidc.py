"""OpenID Connect: the authorisation code flow with PKCE, state and nonce, against one provider."""

import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import extract_compact

from monitor.settings import Settings
from monitor.web.errors import PageError

TIMEOUT = 10.0  # seconds
LEEWAY = 60  # seconds between the provider's clock and this machine's
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_KEPT = 600.0  # seconds that what the provider says of itself is good for


class SignInFailed(PageError):  # noqa: N818 - named by what the reader sees
    """The provider refused, or what it sent cannot be trusted."""

    status = HTTPStatus.FORBIDDEN
    title = "You could not be signed in"


class ProviderAway(PageError):  # noqa: N818
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "The sign-in service does not answer"

    def __init__(self) -> None:
        super().__init__("Try again in a minute. The monitor itself runs on.")


@dataclass(frozen=True)
class Handshake:
    """What must be remembered between leaving for the provider and coming back."""

    state: str
    nonce: str
    verifier: str
    next: str

    @classmethod
    def new(cls, wanted: str) -> "Handshake":
        return cls(generate_token(32), generate_token(32), generate_token(64), wanted)


class Provider:
    def __init__(self, settings: Settings) -> None:
        self._issuer = settings.oidc_issuer or ""
        self._client_id, self._secret = settings.oidc_client_id or "", settings.oidc_client_secret
        self._api_audience = settings.oidc_api_audience or ""
        self._scope = settings.oidc_scope
        self._back = f"{own_address(settings)}/sign-in/back"
        self._known: dict[str, tuple[float, dict[str, Any]]] = {}

    def leave_for(self, handshake: Handshake) -> str:
        """The address at the provider to go to."""
        with self._client() as client:
            url, _ = client.create_authorization_url(
                self._metadata()["authorization_endpoint"],
                state=handshake.state,
                nonce=handshake.nonce,
                code_verifier=handshake.verifier,
            )
        return str(url)

    def claims(self, handshake: Handshake, query: dict[str, str]) -> dict[str, Any]:
        """Who came back: the ID token's claims, with those of the user info endpoint that it lacks."""
        if query.get("state") != handshake.state or query.get("iss", self._issuer).rstrip("/") != self._issuer:
            raise SignInFailed("The answer does not belong to this browser's request. Sign in again.")
        if "code" not in query:
            raise SignInFailed("The sign-in service refused. Ask whoever looks after accounts.")
        try:
            with self._client() as client:
                token = client.fetch_token(
                    self._metadata()["token_endpoint"], code=query["code"], code_verifier=handshake.verifier
                )
                said = self._verified(token.get("id_token", ""), handshake.nonce)
                return self._user_info(client, said["sub"]) | said
        except httpx2.TransportError:
            raise ProviderAway from None
        except (AuthlibBaseError, JoseError, ValueError, KeyError, httpx2.HTTPStatusError) as error:
            raise SignInFailed("What the sign-in service sent cannot be trusted. Sign in again.") from error

    @property
    def good_bye(self) -> str | None:
        """Where the provider signs out, if it says."""
        try:
            address: str | None = self._metadata().get("end_session_endpoint")
        except PageError:
            return None
        return address

    def _client(self) -> OAuth2Client:
        method = "client_secret_basic" if self._secret else "none"
        return OAuth2Client(
            self._client_id,
            self._secret,
            scope=self._scope,
            redirect_uri=self._back,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
            timeout=TIMEOUT,
        )

    def bearer_claims(self, token: str) -> dict[str, Any]:
        """Of an access token for the API. Raises SignInFailed, ProviderAway."""
        try:
            return self._signed(token, self._api_audience)
        except (JoseError, ValueError, KeyError):
            raise SignInFailed("The token is not signed by the provider, not for this API, or over.") from None

    def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        claims = self._signed(token, self._client_id, nonce={"essential": True, "value": nonce})
        if claims.get("azp", self._client_id) != self._client_id:
            raise ValueError("the token was made for another application")
        return claims

    def _signed(self, token: str, audience: str, **more: Any) -> dict[str, Any]:
        claims = jwt.decode(token, self._keys(token), algorithms=_ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=lambda: int(time.time()),
            leeway=LEEWAY,
            iss={"essential": True, "values": [self._issuer, f"{self._issuer}/"]},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            **more,
        ).validate(claims)
        return dict(claims)

    def _keys(self, token: str) -> KeySet:
        """Asked for again where the provider has changed its keys since."""
        address = self._metadata()["jwks_uri"]
        wanted = extract_compact(token.encode()).headers().get("kid")
        keys = self._ask(address)
        if wanted and wanted not in {key.get("kid") for key in keys.get("keys", [])}:
            self._known.pop(address, None)
            keys = self._ask(address)
        return KeySet.import_key_set({"keys": keys["keys"]})

    def _user_info(self, client: OAuth2Client, subject: str) -> dict[str, Any]:
        address = self._metadata().get("userinfo_endpoint")
        if not address:
            return {}
        answer = client.get(address)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        if found["sub"] != subject:
            raise ValueError("the user info is about somebody else")
        return found

    def _metadata(self) -> dict[str, Any]:
        found = self._ask(f"{self._issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != self._issuer:
            raise SignInFailed("The sign-in service calls itself by another name than MONITOR_OIDC_ISSUER.")
        return found

    def _ask(self, address: str) -> dict[str, Any]:
        until, known = self._known.get(address, (0.0, {}))
        if time.monotonic() < until:
            return known
        try:
            answer = httpx2.get(address, timeout=TIMEOUT).raise_for_status()
            found: dict[str, Any] = answer.json()
        except (httpx2.HTTPError, ValueError):
            raise ProviderAway from None
        self._known[address] = (time.monotonic() + _KEPT, found)
        return found


def own_address(settings: Settings) -> str:
    """By which users reach the pages."""
    host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
    return settings.web_address or f"http://{host}:{settings.web_port}"
