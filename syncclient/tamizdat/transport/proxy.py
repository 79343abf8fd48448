"""What a reader may name as a proxy: socks5h, socks5, http or https."""

import httpcore
import httpx

from tamizdat.errors import UsageError


def parse_proxy(text: str) -> tuple[str, httpcore.Proxy]:
    """How messages name the proxy (without its password), and the proxy. Raises: UsageError."""
    try:
        proxy = httpx.Proxy(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise UsageError(f"not a proxy's address; one looks like socks5h://127.0.0.1:9050 ({error})") from error
    url = proxy.url
    if not url.host or (url.port is not None and not 0 < url.port < 65536):
        raise UsageError("not a proxy's address; one looks like socks5h://127.0.0.1:9050")
    target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target="/")
    return f"{url.scheme}://{url.netloc.decode('ascii')}", httpcore.Proxy(target, auth=proxy.raw_auth)
