// An address is found however people hand it on.

import { describe, expect, test } from "vitest";
import { groups, typedAddress } from "../src/ui/welcome/typed.ts";

const DIGITS = "abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrsa";
const FINGERPRINT = `1.${DIGITS}`;
const WHOLE = { address: `https://example.org/paper/#${FINGERPRINT}`, fingerprint: FINGERPRINT };
const IN_GROUPS = `1.${(DIGITS.match(/.{4}/g) ?? []).join(" ")}`;

describe("an address that is typed, pasted or scanned", () => {
  test.each([
    ["as it is", `https://example.org/paper/#${FINGERPRINT}`],
    ["with blanks around it", `  https://example.org/paper/#${FINGERPRINT}\n`],
    ["without its last slash", `https://example.org/paper#${FINGERPRINT}`],
    ["without its scheme", `example.org/paper/#${FINGERPRINT}`],
    ["inside a message", `Read this: https://example.org/paper/#${FINGERPRINT} and hand it on.`],
    ["in capital letters", `HTTPS://EXAMPLE.ORG/paper/#${FINGERPRINT.toUpperCase()}`],
    ["with the fingerprint in groups", `https://example.org/paper/#${IN_GROUPS}`],
    ["with the fingerprint on a line of its own", `https://example.org/paper/\n${IN_GROUPS}\n`],
    ["with its page", `https://example.org/paper/index.html#${FINGERPRINT}`],
    ["of an article", `https://example.org/paper/#${FINGERPRINT}/ru/a/some-key`],
  ])("%s is taken whole", (_, text) => {
    expect(typedAddress(text)).toEqual(WHOLE);
  });

  test.each([
    ["https://example.org", "https://example.org/"],
    ["example.org", "https://example.org/"],
    ["http://127.0.0.1:8000/", "http://127.0.0.1:8000/"],
    ["https://example.org/a/?from=chat", "https://example.org/a/"],
    ["https://someone@example.org/a/", "https://example.org/a/"],
    ["See https://example.org/a.", "https://example.org/a/"],
    ["газета.қаз/жаңалық", "https://xn--80aaf4cjd.xn--80ao21a/%D0%B6%D0%B0%D2%A3%D0%B0%D0%BB%D1%8B%D2%9B/"],
  ])("%s without a fingerprint is its folder alone", (text, address) => {
    const found = typedAddress(text);
    expect(found?.fingerprint).toBe("");
    expect(new URL(found?.address ?? "").pathname).toBe(new URL(address).pathname);
  });

  test.each(["", "   ", "hello", "ftp://example.org/", "https://", "javascript:alert(1)"])("%j has none", (text) => {
    expect(typedAddress(text)).toBeNull();
  });

  test("a fingerprint that lacks a character is none", () => {
    expect(typedAddress(`https://example.org/#1.${DIGITS.slice(1)}`)?.fingerprint).toBe("");
  });
});

test("a fingerprint is shown in groups that make it whole again", () => {
  expect(groups(FINGERPRINT)).toHaveLength(14);
  expect(groups(FINGERPRINT).join("")).toBe(FINGERPRINT);
});
