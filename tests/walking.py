"""Walks through a site as a patient visitor without scripts would: every link, every form, a few of each kind."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

import httpx
import lxml.html

OF_A_KIND = 4
"""So many addresses are visited that differ in nothing but names, numbers and what stands in their query."""

_NAMES = re.compile(r"(?<=/article/).+?(?=/revision|/diff|/record|$)|(?<=/tag/).+|(?<=/section/).+|(?<=/media/).+|\d+")
_TYPED = {"text": "bridge", "search": "bridge", "date": "2026-01-31"}


@dataclass
class Walk:
    """A walk through the site below `root`. `wrong`: what was found amiss; `outside`: addresses elsewhere."""

    root: str
    visited: dict[str, int] = field(default_factory=dict)
    outside: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._client = httpx.Client(trust_env=False, timeout=30)
        self._kinds: Counter[str] = Counter()
        self._queue: deque[tuple[str, str]] = deque()

    def start(self, *places: str) -> "Walk":
        """Visit these and whatever they lead to."""
        with self._client:
            self._queue.extend((self.root + place, "the beginning") for place in places)
            while self._queue:
                self._visit(*self._queue.popleft())
        return self

    def _visit(self, url: str, by: str) -> None:
        if url not in self.visited and self._is_new(url):
            self._ask(url, by)

    def _ask(self, url: str, by: str) -> None:
        answer = self._client.get(url)
        self.visited[url] = answer.status_code
        if answer.has_redirect_location:
            target = urljoin(url, answer.headers["location"])
            (self._ask if target.startswith(self.root) and target not in self.visited else self._meet)(target, url)
        elif answer.status_code != 200:
            self.wrong.append(f"{answer.status_code} at {url}, by way of {by}")
        elif answer.headers["content-type"].startswith("text/html"):
            self._read(url, lxml.html.fromstring(answer.content))

    def _is_new(self, url: str) -> bool:
        """Whether this kind of address was met less than a few times."""
        parts = urlsplit(url)
        kind = f"{_NAMES.sub('…', parts.path)}{'?' if parts.query else ''}"
        self._kinds[kind] += 1
        return self._kinds[kind] <= OF_A_KIND

    def _meet(self, address: str, page: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.netloc == urlsplit(self.root).netloc:
            if not f"{parts.path}/".startswith(urlsplit(self.root).path + "/"):
                self.outside.add(parts.path)
            else:
                self._queue.append((address, page))
        elif parts.scheme != "data":
            self.outside.add(address)

    def _read(self, url: str, page: lxml.html.HtmlElement) -> None:
        for element, _, link, _ in page.iterlinks():
            address, fragment = urldefrag(urljoin(url, link))
            if element.tag == "form":
                continue
            if fragment and address == urldefrag(url)[0] and not page.xpath("//*[@id=$id]", id=fragment):
                self.wrong.append(f"nothing is called #{fragment} on {url}")
            self._meet(address, url)
        for form in page.forms:
            self._submit(url, form)

    def _submit(self, url: str, form: lxml.html.FormElement) -> None:
        """Send a form as it stands, and with something in every field."""
        action = urljoin(url, form.action or url).partition("?")[0]
        if form.method != "GET" or not action.startswith(self.root):
            self.wrong.append(f"a form on {url} that leads elsewhere, or changes something: {action}")
        if action not in self.forms:
            self.forms.add(action)
            for filled in (False, True):
                values = [(name, _value(field, filled)) for name, field in _fields(form)]
                self._ask(f"{action}?{urlencode(values)}", url)


def _fields(form: lxml.html.FormElement) -> list[tuple[str, lxml.html.HtmlElement]]:
    every = form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]")
    return [(field.name, field) for field in every if field.get("type") != "checkbox"]


def _value(field: lxml.html.HtmlElement, filled: bool) -> str:
    given = field.value or ""
    if not filled or given or field.get("type") == "hidden":
        return given
    if field.tag == "select":
        return next((option for option in field.value_options if option), "")
    return _TYPED.get(field.get("type", "text"), "")
