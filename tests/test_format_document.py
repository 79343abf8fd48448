"""docs/format.md says what the code does, as far as a machine can see."""

import re
from typing import Any

import msgspec
import pytest

import regenerate
from tamizdat.format import article, bundle, catalog
from tamizdat.format.limits import LIMITS
from tamizdat.trust import metadata

DOCUMENT = regenerate.DOCUMENT.read_text("utf-8")
FENCED = re.compile(r"```.*?```", re.DOTALL)
SHOWN = {shown.strip('"') for shown in re.findall(r"`([^`]+)`", FENCED.sub("", DOCUMENT))}
INNER = {"Node", "Entry", "Encoding", "VerifiedBundle"}  # never written as such


def structs(module: Any) -> list[type[msgspec.Struct]]:
    """What a module defines of what is written as JSON."""
    found = [kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)]
    return [kind for kind in found if kind.__module__ == module.__name__ and kind.__name__ not in INNER]


def test_what_is_written_out_of_the_code_is_current():
    assert regenerate.document(DOCUMENT) == DOCUMENT


def test_the_table_of_limits_is_that_of_the_code():
    section = DOCUMENT[DOCUMENT.index("## 2 ") : DOCUMENT.index("## 3 ")]
    rows = re.findall(r"^\| (`.*?) \| ([\d,; ]+) \|", section, re.MULTILINE)
    told = {
        name: int(value.replace(",", ""))
        for names, values in rows
        for name, value in zip(re.findall(r"`(\w+)`", names), values.split("; "), strict=True)
    }
    assert told == msgspec.structs.asdict(LIMITS)


@pytest.mark.parametrize("module", [article, bundle, catalog, metadata], ids=lambda module: module.__name__)
def test_every_member_of_every_file_is_told(module: Any):
    members = {
        (kind.__name__, field.encode_name)
        for kind in structs(module)
        if not getattr(kind, "__parameters__", ())
        for field in msgspec.structs.fields(kind)
    }
    tags = {(kind.__name__, kind.__struct_config__.tag) for kind in structs(module) if kind.__struct_config__.tag}
    assert {(kind, name) for kind, name in members | tags if str(name) not in SHOWN} == set()


def test_links_within_the_document_lead_somewhere():
    headings = re.findall(r"^#+ (.*)$", DOCUMENT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert [link for link in re.findall(r"\]\(#([^)]*)\)", DOCUMENT) if link not in anchors] == []


def test_sections_that_are_referred_to_exist():
    headings = set(re.findall(r"^#+ (\d+(?:\.\d+)?) ", DOCUMENT, re.MULTILINE))
    steps = {"10.2", "10.3", "10.4"}  # numbered steps
    referred = set(re.findall(r"section (\d+(?:\.\d+)?)", DOCUMENT))
    assert referred <= headings | steps
