// Which addresses a page contacts, and how it names what it holds.

import { describe, expect, test } from "vitest";
import { ForbiddenAddress, UsageError } from "../src/errors.ts";
import { conditions } from "../src/transport/conditions.ts";
import { baseOf, policyAt } from "../src/transport/policy.ts";

const SIGNED = policyAt("news.example");
const TYPED = { ...SIGNED, typed: true };
const NEAR = policyAt("192.168.1.5");
const ONION = "http://vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd.onion/";

describe("an address", () => {
  test.each([
    "https://news.example/",
    "https://news.example:8443/a/b/",
    "https://8.8.8.8/",
    "https://172.32.0.1/",
    "https://[2606:4700::1111]/",
    "https://новости.рф/",
    "https://xn--b1aew.xn--p1ai/",
  ])("on the open internet may be contacted: %s", (url) => {
    expect(baseOf(url, SIGNED).protocol).toBe("https:");
  });

  test.each([
    ..."http://news.example/ http://8.8.8.8/ https://127.0.0.1/ https://127.1/ https://2130706433/".split(" "),
    ..."https://0x7f000001/ https://0x7f.1/ https://0177.0.0.1/ https://10.1.2.3/ https://172.16.0.1/".split(" "),
    ..."https://192.168.1.1/ https://169.254.169.254/ https://100.64.0.1/ https://0.0.0.0/".split(" "),
    ..."https://224.0.0.1/ https://240.0.0.1/ https://255.255.255.255/ https://192.0.2.1/ https://198.18.0.1/".split(
      " ",
    ),
    ..."https://198.51.100.7/ https://203.0.113.9/ https://[::1]/ https://[::]/ https://[fe80::1]/".split(" "),
    ..."https://[fc00::1]/ https://[fec0::1]/ https://[::ffff:10.0.0.1]/ https://[64:ff9b::7f00:1]/".split(" "),
    ..."https://[2002:7f00:1::]/ https://[2001:db8::1]/ https://[ff02::1]/ https://localhost/".split(" "),
    ..."https://localhost./ https://a.localhost/ https://printer.local/ https://router/ https://nas.lan/".split(" "),
  ])("in clear text, or inside a private network, is not contacted for a catalog's sake: %s", (url) => {
    expect(() => baseOf(url, SIGNED)).toThrow(ForbiddenAddress);
  });

  test.each([
    "https://me@news.example/",
    "https://me:secret@news.example/",
    "https://@news.example/",
    "https://news.example/?q",
    "https://news.example/#x",
    "https://news.example/a b/",
    "https://news.example\\@evil.example/",
    "https:///x/",
    "https:news.example/",
    "https://news.example:0/",
    "https://news.example:99999/",
    "https://news.example:x/",
    "https://[::1/",
    "https://news.example/\n",
    "ftp://news.example/",
    "file:///etc/",
    "javascript:alert(1)",
    "news.example",
    "",
    `https://${"a".repeat(70_000)}`,
  ])("that is none is refused, whoever gave it: %s", (url) => {
    expect(() => baseOf(url, SIGNED)).toThrow(ForbiddenAddress);
    expect(() => baseOf(url, NEAR)).toThrow(ForbiddenAddress);
    expect(() => baseOf(url, TYPED)).toThrow(UsageError);
  });

  test("is named in an error without the password in it", () => {
    expect(() => baseOf("https://me:secret@news.example/", TYPED)).toThrow(/^https:\/\/…@news.example/);
  });

  test.each(["http://news.example/", "http://127.0.0.1:8000/", "http://router/", "https://[::1]/", ONION])(
    "that the reader typed is taken as it is: %s",
    (url) => {
      expect(baseOf(url, TYPED).href).toBe(url);
    },
  );

  test("inside a private network is contacted by an app that came from there, but no clear text beyond it", () => {
    expect(baseOf("http://192.168.1.7:8000/", NEAR).href).toBe("http://192.168.1.7:8000/");
    expect(baseOf("http://nas.local/", policyAt("127.0.0.1")).href).toBe("http://nas.local/");
    expect(() => baseOf("http://news.example/", NEAR)).toThrow(ForbiddenAddress);
  });

  test("under .onion is contacted only where the app came from such a one, so that no name of it leaks", () => {
    expect(baseOf(ONION, policyAt("abc.onion")).href).toBe(ONION);
    expect(() => baseOf(ONION, SIGNED)).toThrow(/Tor/);
  });

  test("ends in a slash, so that paths go below it", () => {
    const base = baseOf("https://news.example/a", TYPED);
    expect(new URL("metadata/1.root.json", base).href).toBe("https://news.example/a/metadata/1.root.json");
  });
});

test("a held head is named as the servers that there are would name it", () => {
  // As syncclient/tamizdat/transport/conditions.py has it.
  const held = { path: "head.tar.zst", sha256: "ab".repeat(32), bytes: 4711, signed: 1_795_327_200 };
  expect(conditions(held)).toEqual({
    "If-None-Match": `"${held.sha256}", "6b0284e0-1267", "1267-660d73002f800", "tow3c03mv", "dn1idlplclc03mv", "dn1idlplclc0-3mv"`,
    "If-Modified-Since": "Sun, 22 Nov 2026 06:00:00 GMT",
  });
});
