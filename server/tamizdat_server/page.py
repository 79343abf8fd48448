"""index.html of a publication: what a browser shows of a copy, until the reader app stands there."""

from html import escape

from tamizdat.format.article import Article
from tamizdat.format.catalog import Catalog, Edition

HEADLINES = 5
_STYLE = """
:root { color-scheme: light dark; --rule: #8886 }
body { font: 1.05rem/1.55 system-ui, sans-serif; max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 3rem }
h1 { font: 700 2rem/1.2 Georgia, serif; margin: 0 }
h2 { font: 700 1.25rem/1.3 Georgia, serif; margin: 2rem 0 .5rem }
h2, footer { padding-top: .75rem; border-top: 1px solid var(--rule) }
ul { list-style: none; margin: 0; padding: 0 }
li { margin: .6rem 0 }
li time, footer, .note { font-size: .9rem; opacity: .8 }
li time { display: block }
code { display: block; padding: .75rem; border: 1px solid var(--rule); overflow-wrap: anywhere }
a { color: inherit }
footer { margin-top: 2rem }
"""


def index_page(catalog: Catalog, newest: dict[str, list[Article]], *, base: str, fingerprint: str) -> str:
    """The page: the newest headlines of each edition, and how to take the publication home.

    `base`: the publication's first mirror, or empty. No script, nothing from elsewhere.
    """
    sections = "\n".join(_section(code, edition, newest.get(code, [])) for code, edition in catalog.editions.items())
    where = "" if base else " ADDRESS is the address of this page, up to its last slash."
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="referrer" content="no-referrer">
<title>{escape(catalog.title)}</title>
<style>{_STYLE}</style>
<header>
<h1>{escape(catalog.title)}</h1>
<p class="note">Version {catalog.version}, {_when(catalog.published)}</p>
</header>
<main>
{sections}
<h2>Take it home</h2>
<p>The whole publication can be fetched in one short connection, read and searched offline, and passed on:</p>
<p><code>tamizdat sync {escape(base or "ADDRESS")}#{escape(fingerprint)}</code></p>
<p>Compare the letters after # with those that the newsroom gives elsewhere: they say whom you trust.{where}</p>
{_mirrors(catalog)}
</main>
<footer>tamizdat checks every file against the newsroom’s signatures, so any copy is as good as the first. A browser
doesn’t: what you read on this page you take on trust of whoever hosts it.</footer>
</html>
"""


def _section(code: str, edition: Edition, articles: list[Article]) -> str:
    items = "\n".join(
        f"<li>{escape(article.title)} {_when(article.published)}</li>" for article in articles[:HEADLINES]
    )
    feed = f'<p class="note"><a href="feeds/{code}.atom">Atom</a></p>'
    return (
        f'<section lang="{code}" dir="{edition.direction}">\n<h2>{escape(edition.title)}</h2>\n'
        f"<ul>\n{items}\n</ul>\n{feed}\n</section>"
    )


def _when(moment: str) -> str:
    return f'<time datetime="{moment}">{moment[:10]}</time>'


def _mirrors(catalog: Catalog) -> str:
    if not catalog.mirrors:
        return ""
    items = "\n".join(f'<li><a href="{escape(mirror)}">{escape(mirror)}</a></li>' for mirror in catalog.mirrors)
    return f"<h2>Other copies</h2>\n<ul>\n{items}\n</ul>"
