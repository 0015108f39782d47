"""The address of a page as it was asked for."""

from urllib.parse import quote

from fastapi import Request

_STANDS = "/%-._~!$&'()*+,;=:@"  # in a path


def own_address(request: Request) -> str:
    """Its path, percent-encoded as it came: a reference may hold slashes, dots and percent signs of its own.

    The decoded path would lead elsewhere: `T2%2F..%2FT24` is one reference, and `T2/../T24` is another page.
    """
    return quote(request.scope["raw_path"], safe=_STANDS)
