"""What an item of an export says, read from its elements; and nothing that it doesn't say to everybody."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from tamizdat_server.importers.text import line, words
from tamizdat_server.importers.wordpress.posts import MAX_TRANSLATIONS, Media, Post
from tamizdat_server.importers.wordpress.wxr_elements import Node

_ONCE: Final = ("wp:post_id", "wp:status", "wp:post_type", "wp:post_password")
_ELEMENTS: Final = ("<wp:post_id>", "<wp:status>", "<wp:post_type>", "<content:encoded>", "<wp:post_password>")
# Fields that hold no markup.
_PLAIN: Final = (
    *("title", "link", "guid", "pubDate", "wp:post_date", "wp:post_date_gmt", "wp:post_modified", "wp:post_name"),
    *("wp:post_modified_gmt", "wp:status", "wp:post_type"),
)
_TEXTS: Final = frozenset((*_ONCE, *_PLAIN, "content:encoded", "excerpt:encoded"))
_MARKUP: Final = re.compile(r"CDATA\[|</?(?:wp|dc|content|excerpt):")
_WITH_A_NUMBER: Final = ("wp:post_name", "wp:post_parent", "wp:post_date_gmt", "wp:comment_status")
_LANGUAGE: Final = (
    *("_wpml_import_language_code", "wpml_language", "_wpml_language", "_icl_language_code", "_icl_lang"),
    *("icl_language", "_locale"),
)
_TRANSLATIONS: Final = (
    *("_wpml_import_translation_group", "trid", "_trid", "wpml_trid", "_wpml_trid", "_icl_trid", "_original_post"),
)
_PRIMARY: Final = ("_yoast_wpseo_primary_category", "rank_math_primary_category", "_primary_term_category")
# Plugins that show a post to members only note it here, and some nowhere else.
_MEMBERS: Final = frozenset(
    (
        "_wpac_is_members_only _jetpack_newsletter_access _wpmem_block _wc_memberships_force_public_off _pda_protect"
        " ppwp_post_password wp_protect_password_multiple_passwords passster_activate_protection passster_password"
        " _mepr_unauthorized_message_type _wlm_protect rcp_subscription_level rcp_user_level patreon-level"
        " groups-read groups-groups_read_post memberful_acl ihc_mb_who pms-content-restrict-user-status"
        " pms-content-restrict-subscription-plan _um_content_restriction_on"
    ).split()
)
# What still others call it. One that only resembles these is withheld, too.
_FOR_SOME: Final = re.compile(
    r"_*(?:[a-z0-9]+[_-])*?(?:(?:members?|subscribers?|users?|patrons?|donors?)[_-]?only|(?:is[_-])?(?:protected|paywall(?:ed)?)"
    r"|restrict(?:ed|ion)?(?:[_-](?:content|access|to|post|page|roles?|levels?))?|is[_-](?:paid|premium|private|restricted)"
    r"|premium[_-](?:content|only|post)|(?:login|log_in|membership)[_-]required|require[_-]login"
    r"|access[_-](?:roles?|levels?|restrictions?))",
    re.IGNORECASE,
)
_EVERYBODY: Final = frozenset(
    "0 no none off false everybody everyone public all any open default inherit disabled null a:0:{} [] {}".split()
) | {""}
# One plugin notes its settings at every post, most of them for everybody.
_SETTINGS: Final = "um_content_restriction"
_SET: Final = re.compile(r"\"_um_custom_access_settings\";(?:b:1|i:1|s:1:\"1\")")
_FOR_ALL: Final = re.compile(r"\"_um_accessible\";(?:i:0|s:1:\"0\")")
_NUMBER: Final = re.compile(r"[0-9]{1,15}")
_IN_ADDRESS: Final = re.compile(r"[?&](?:p|page_id)=([0-9]{1,15})$")
_PICTURE: Final = re.compile(r"\.(jpe?g|png|gif|webp|avif|bmp|tiff?|heic|svg)$", re.IGNORECASE)
_KINDS: Final = {"audio": ("mp3", "m4a", "ogg", "oga", "wav", "flac"), "video": ("mp4", "m4v", "mov", "webm", "ogv")}
_FOOTNOTES: Final = msgspec.json.Decoder(list[dict[str, str]])


class Item:
    """An item of an export. Raises: ValueError, with why in words, where its elements contradict each other."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.number = number_of(node.value("wp:post_id")) or self._number_in_address()
        self._check()
        self.type = node.value("wp:post_type")
        self.status = node.value("wp:status")
        self.parent = number_of(node.value("wp:post_parent"))
        self.position = number_of(node.value("wp:menu_order"))
        metas = [(meta.value("wp:meta_key"), meta.value("wp:meta_value")) for meta in node.all("wp:postmeta")]
        self._meta = dict(metas)
        self.protected = bool(node.value("wp:post_password"))
        self.tells_password = bool(node.all("wp:post_password"))
        self.members = any(_is_for_some(key[:100], value) for key, value in metas)

    def _check(self) -> None:
        """Where bytes were lost, two halves of two items can make one that is well-formed, and one may be private."""
        for name in _ONCE:
            if len(self._node.all(name)) > 1:
                raise ValueError(f"it says twice what it is ({name})")
        if not self.number:
            raise ValueError("it has no number of its own")
        if any(mark in child.text for child in self._node.children for mark in _ELEMENTS):
            raise ValueError("another item runs into it")
        if any(_MARKUP.search(self._node.value(name)) for name in _PLAIN):
            raise ValueError("another item runs into it")
        if any(child.children for child in self._node.children if child.name in _TEXTS):
            # What they hold would be lost, be it a text or the word that makes it private.
            raise ValueError("elements stand where WordPress writes text")
        found = _IN_ADDRESS.search(self._node.value("link"))
        if found and number_of(found[1]) != self.number:
            raise ValueError("its number and its address contradict each other")

    @property
    def public(self) -> bool:
        """Whether a file attached to this may be shown, as far as this alone says."""
        return self.status in ("publish", "inherit") and not self.protected and not self.members

    @property
    def dates(self) -> tuple[str, str]:
        """When it was published: in the site's own time, and in GMT."""
        local, gmt = self._node.value("wp:post_date"), self._node.value("wp:post_date_gmt")
        return local, gmt if local or gmt else self._node.value("pubDate")

    @property
    def modified(self) -> str:
        return self._node.value("wp:post_modified_gmt") or self._node.value("wp:post_date_gmt")

    @property
    def translation(self) -> str:
        """Names the group of this post's translations within the export, or nothing."""
        marked = next(iter(self._terms("post_translations")), "") or self._first(_TRANSLATIONS)
        copied = number_of(self._meta.get("_icl_lang_duplicate_of", ""))
        return f"post {copied}" if copied else marked

    @property
    def pattern(self) -> str:
        """The text that posts show in a place of theirs, where this is such a pattern."""
        return self._node.value("content:encoded") if self.type == "wp_block" else ""

    def media(self) -> Media:
        """The file that an attachment is; its address is empty where it says none."""
        url = self._node.value("wp:attachment_url") or self._node.value("guid")
        alt = words(self._meta.get("_wp_attachment_image_alt", ""))
        return Media(url, alt=alt, caption=self._node.value("excerpt:encoded"), mime=kind_of(url))

    def post(self, *, author: str, terms: Mapping[str, str], featured: Media | None, translations: set[int]) -> Post:
        """The post that this is; `terms`: names of categories by their numbers."""
        value = self._node.value
        language = next(iter(self._terms("language")), "") or self._first(_LANGUAGE)
        numbers = translations | {self.number} if language or translations else ()
        return Post(
            id=self.number,
            type=self.type,
            status="members" if self.members and self.status == "publish" else self.status,
            protected=self.protected,
            link=value("link"),
            slug=value("wp:post_name"),
            title=value("title"),
            content=value("content:encoded"),
            excerpt=value("excerpt:encoded"),
            author=author,
            date=self.dates[0],
            date_gmt=self.dates[1],
            modified=value("wp:post_modified"),
            modified_gmt=value("wp:post_modified_gmt"),
            categories=self._categories(terms),
            tags=[*dict.fromkeys([*self._terms("post_tag").values(), *self._terms("tag").values()])],
            language=language,
            translations=sorted(numbers)[:MAX_TRANSLATIONS],
            featured=featured,
            footnotes=_footnotes(self._meta.get("footnotes", "")),
        )

    @property
    def login(self) -> str:
        """Its author's login, which only leads to a name."""
        return self._node.value("dc:creator")

    @property
    def thumbnail(self) -> int:
        """The number of the featured picture, or 0."""
        return number_of(self._meta.get("_thumbnail_id", ""))

    def _number_in_address(self) -> int:
        """For files that never number their items. Where only this one has lost its number, it has lost more."""
        if any(self._node.value(name) for name in _WITH_A_NUMBER):
            return 0
        found = _IN_ADDRESS.search(self._node.value("guid")) or _IN_ADDRESS.search(self._node.value("link"))
        return number_of(found[1]) if found else 0

    def _categories(self, terms: Mapping[str, str]) -> list[str]:
        names = [*dict.fromkeys(self._terms("category").values())]
        primary = terms.get(self._first(_PRIMARY), "")
        return [primary, *(name for name in names if name != primary)] if primary in names else names

    def _terms(self, domain: str) -> dict[str, str]:
        """The names of a post's terms by their slugs."""
        # WXR 1.0 repeats each term without saying its kind, and a category may stand there only so.
        kinds = (domain, "") if domain == "category" else (domain,)
        found = [node for node in self._node.all("category") if node.attributes.get("domain", "") in kinds]
        return {node.attributes.get("nicename") or node.text: line(node.text) for node in found if line(node.text)}

    def _first(self, keys: Iterable[str]) -> str:
        return next(filter(None, (self._meta.get(key, "") for key in keys)), "")


def _is_for_some(key: str, value: str) -> bool:
    """Whether a plugin shows a post only to some, by what it noted there."""
    if key == _SETTINGS:
        return bool(_SET.search(value)) and not _FOR_ALL.search(value)
    return value.lower() not in _EVERYBODY and (key in _MEMBERS or _FOR_SOME.fullmatch(key) is not None)


def number_of(text: str) -> int:
    """A number as WordPress has them, or 0."""
    return int(text) if _NUMBER.fullmatch(text) else 0


def kind_of(url: str) -> str:
    """`image`, `audio` or `video`, by the end of an address, or nothing."""
    path = url.partition("?")[0]
    if _PICTURE.search(path):
        return "image"
    ending = path.rpartition(".")[2].lower()
    return next((kind for kind, endings in _KINDS.items() if ending in endings), "")


def _footnotes(text: str) -> dict[str, str]:
    """WordPress 6.3 and later: `[{"id": …, "content": HTML}, …]` in the post's meta."""
    if not text:
        return {}
    try:
        return {note["id"]: note["content"] for note in _FOOTNOTES.decode(text) if "id" in note and "content" in note}
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}
