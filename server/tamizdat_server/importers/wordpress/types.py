"""Types of posts: those that hold articles, and what WordPress and its plugins keep beside them."""

import re
from collections.abc import Iterable
from typing import Final

from tamizdat.errors import UsageError
from tamizdat_server.importers.source import Options

PARTS: Final = {
    "attachment": "a media file: it comes with the articles that show it",
    "revision": "an earlier version of a post",
    "nav_menu_item": "an entry of a menu",
    "wp_block": "a pattern for use in posts",
    "custom_css": "a style sheet",
}
_NAME: Final = re.compile(r"[a-z0-9_-]{1,20}")
# What plugins keep in posts of their own: letters that came by forms, orders, settings. Most of it is nobody's to read.
_OF_PLUGINS: Final = re.compile(
    r"(?:wp_|acf-|elementor_|et_|vc_|fl-|oembed_|customize_|user_|shop_|wc_|edd_|give_|flamingo_|wpcf7|nf_|ninja_"
    r"|wpforms|forminator_|frm_|jp_|amp_|mailpoet|newsletter|tablepress|scheduled-|astra-|jet-|wpcode|wpseo|rank_math)"
    r".*|feedback|reply|polylang_mo"
)
# Parts of a site, not articles, however public: nobody is pointed to those.
_NO_ARTICLES: Final = re.compile(
    r"(?:.*[_-])?(?:forms?|entry|entries|submissions?|orders?|coupons?|payments?|messages?|e?mails?|logs?|templates?"
    r"|popups?|layouts?|blocks?|sections?|sliders?|slides?|banners?|ads?|adverts?|menus?|fonts?|icons?|redirects?|polls?"
    r"|widgets?|products?|variations?|members?|team|staff|people|persons?|authors?|partners?|sponsors?|testimonials?"
    r"|reviews?|faqs?|locations?|tickets?|topics?|subscri\w+|donations?|glossary)"
)
_ARTICLES: Final = re.compile(
    r"(?:.*[_-])?(?:news|articles?|stor(?:y|ies)|novost[iy]|statya|stat[iy]i|jana?lyqtar|interviews?|reports?|opinions?"
    r"|columns?|investigations?|longreads?|features?|blogs?|posts?|press)(?:[_-].*)?"
)
HANDFUL: Final = 5
"""So many of a type may well be something else than a site's articles."""


def check_types(names: Iterable[str]) -> None:
    """Raises: UsageError for a name that no type of articles can have."""
    for name in names:
        if not _NAME.fullmatch(name):
            raise UsageError(f"--type {name[:40]!r}: WordPress names types in small letters, such as 'news'")
        if name in PARTS or _OF_PLUGINS.fullmatch(name):
            raise UsageError(f"--type {name}: that is no type of articles, and may be private")


def wanted(options: Options) -> frozenset[str]:
    """The types whose posts become articles."""
    return frozenset(("post", *(("page",) if options.pages else ()), *options.types))


def may_be_articles(name: str) -> bool:
    """Whether to tell editors how posts of this type come in: one of the site's own that looks like nothing else."""
    if name in ("post", "page", *PARTS) or not _NAME.fullmatch(name):
        return False
    return not _OF_PLUGINS.fullmatch(name) and not _NO_ARTICLES.fullmatch(name)


def are_articles(name: str) -> bool:
    """Whether a type is most likely one of articles, by its name."""
    return may_be_articles(name) and _ARTICLES.fullmatch(name) is not None


def left(name: str) -> str:
    """Why a post of a type that wasn't asked for is left, in words for people."""
    if name == "page":
        return "a page, not a post; --pages imports pages, too"
    if may_be_articles(name):
        return f"of the type '{name}', which wasn't asked for; if these are articles, --type {name} imports them"
    return PARTS.get(name, f"of the type '{name[:40]}', which is no article")
