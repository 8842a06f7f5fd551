"""Draw the QR code of a link: an address goes in, a PNG with its quiet zone comes out."""

from io import BytesIO

import segno

QUIET_ZONE = 4
"""Modules of white around a code (ISO/IEC 18004); scanners need them."""

PIXELS = 6
"""Pixels of one module."""


def qr_code(url: str) -> bytes:
    """Return the QR code of an address as PNG; the same address gives the same bytes.

    Level M of error correction: 15 % may be damaged (ISO/IEC 18004), as on a sheet that was copied.
    """
    content = BytesIO()
    segno.make_qr(url, error="m", boost_error=False).save(content, kind="png", scale=PIXELS, border=QUIET_ZONE)
    return content.getvalue()
