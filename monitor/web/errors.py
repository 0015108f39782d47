"""What a page can end in instead of an answer."""

# ruff: noqa: N818 - named by what the reader sees

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request

from monitor.web.address import own_address


class PageError(Exception):
    """Shown as a page with this status, title and sentence."""

    status = HTTPStatus.BAD_REQUEST
    title = "There is a problem with this request"

    def __init__(self, sentence: str = "Go back and try again.") -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(PageError):
    status = HTTPStatus.NOT_FOUND
    title = "Page not found"

    def __init__(self, sentence: str = "Check the address, or go to the queue and search for the reference.") -> None:
        super().__init__(sentence)


class Forbidden(PageError):
    status = HTTPStatus.FORBIDDEN
    title = "Your role does not allow this"

    def __init__(self, act: str) -> None:
        super().__init__(f"None of your roles lets you {act}. Ask whoever looks after accounts if it should.")


class FormExpired(PageError):
    status = HTTPStatus.FORBIDDEN
    title = "This form is no longer valid"

    def __init__(self) -> None:
        super().__init__("Nothing was changed. Go back, load the page again and send the form once more.")


class FormUsed(PageError):
    status = HTTPStatus.CONFLICT
    title = "This form was sent before"

    def __init__(self) -> None:
        super().__init__(
            "What was sent first stands, and nothing was changed now. To decide otherwise, begin anew on its page."
        )


class TooMany(PageError):
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "Too many attempts to sign in"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Wait {seconds} seconds and try again.")
        self.seconds = seconds


class SignInNeeded(Exception):
    """Leads to the sign-in page, and from there back to the page that was asked for."""

    def __init__(self, request: Request) -> None:
        here = own_address(request) + (f"?{request.url.query}" if request.url.query else "")
        wanted = here if request.method == "GET" else "/"
        self.location = "/sign-in?" + urlencode({"next": wanted}) if wanted != "/" else "/sign-in"
