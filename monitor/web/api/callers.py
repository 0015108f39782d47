"""Who calls: a program with an access token of the OpenID provider, in roles and forces as people have them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from monitor.web.access import Act, User
from monitor.web.claims import user_of
from monitor.web.errors import Forbidden, PageError
from monitor.web.oidc import Provider, SignInFailed
from monitor.web.security import Attempts

BEARER = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    description="An access token of the OpenID provider, by client credentials, whose audience is the API.",
)


class TokenNeeded(PageError):  # noqa: N818 - named by what the caller sees
    status = HTTPStatus.UNAUTHORIZED
    title = "A valid access token is needed"


def _caller(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]) -> User:
    """Raises TokenNeeded; Forbidden for a token without a role or force; TooMany for one bad token after the other."""
    if given is None:
        raise TokenNeeded("Send an access token: Authorization: Bearer TOKEN.")
    attempts: Attempts = request.app.state.attempts
    provider: Provider = request.app.state.provider
    try:
        claims = provider.bearer_claims(given.credentials)
    except SignInFailed as refused:
        attempts.count(request.client.host if request.client else "")
        raise TokenNeeded(refused.sentence) from None
    return user_of(claims, request.app.state.parts.settings)


def _guard(act: Act) -> Callable[..., User]:
    def allowed(user: Annotated[User, Depends(_caller)]) -> User:
        if not user.may(act):
            raise Forbidden(act)
        return user

    return allowed


_GUARDS = {act: _guard(act) for act in Act}


def Calls(act: Act) -> Any:  # noqa: N802 - stands in annotations beside Depends
    """`user: Annotated[User, Calls(Act.DECIDE)]`: the caller, who may do this."""
    return Depends(_GUARDS[act])
