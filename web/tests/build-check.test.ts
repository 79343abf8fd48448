// What the check of built files finds, and what it lets pass.

import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { BUDGET, wrongInSize } from "../build/budget.ts";
import { wrongInScript, wrongInStyle } from "../build/check.ts";

const WRONG: Readonly<Record<string, string>> = {
  "a class field": "class A { b = 1 }",
  "a private name": "class A { #b() {} }",
  "a static block": "class A { static { f() } }",
  "await outside of a function": "await f()",
  "the operator ??=": "a ??= 1",
  "the expression (?<=a)b": "/(?<=a)b/.test(c)",
  "structuredClone, 1 times": "structuredClone(a)",
  "replaceAll, 2 times": "a.replaceAll(b, c); d.replaceAll(b, c)",
  "a.at, 1 times": "a.at(-1)",
  "Promise.any, 1 times": "Promise.any(a)",
  "AbortSignal.timeout, 1 times": "AbortSignal.timeout(5)",
  "eval, 1 times": "eval(a)",
  "Function, 1 times": "new Function(a)",
  "innerHTML, 1 times": "a.innerHTML = b",
  "document.write, 1 times": "document.write(a)",
  "says where it was built": "f()\n//# sourceMappingURL=a.js.map",
};

describe("a built script is refused", () => {
  for (const [what, script] of Object.entries(WRONG)) {
    test(`with ${what}`, () => {
      expect(wrongInScript(script)).toEqual([what]);
    });
  }
});

test("what all browsers of 2020 know passes", () => {
  const script = `
    const f = async (a) => { for await (const b of a) await b?.c; return a?.b ?? { ...a, d: 10n, e: import("./f.js") } };
    const [g, ...h] = /(?<year>\\d+)\\p{L}/su.exec("at any time: eval innerHTML")?.groups ?? [];
    class I extends J { static k() {} async *l() { try { yield* g } catch { h.any() } } }
    import { m } from "./m.js";
    new I(f, m.at, h.timeout).write(\`\${document.title}\`);`;
  expect(wrongInScript(script)).toEqual([]);
});

test("a name is spared as often as was said, and no more", () => {
  const script = "a.innerHTML = b; c.innerHTML = d";
  expect(wrongInScript(script, { innerHTML: 2 })).toEqual([]);
  expect(wrongInScript(script, { innerHTML: 1 })).toEqual(["innerHTML, 2 times"]);
});

test("a style sheet is refused with what is newer or comes from elsewhere", () => {
  expect(wrongInStyle("a{color:red}@media (min-width:1px){b:focus{margin-inline:0}}")).toEqual([]);
  expect(wrongInStyle("@layer a{}b:has(c){}d{background:url(e.png)}")).toEqual([
    "@layer in a style",
    ":has( in a style",
    "url( in a style",
  ]);
});

test("a file is refused that takes more on the wire than is set aside for it", () => {
  const most = BUDGET.get("style") ?? 0;
  expect(wrongInSize("style", Buffer.alloc(50 * most, "a "))).toEqual([]);
  expect(wrongInSize("style", randomBytes(most))).toEqual([`${most + 23} bytes on the wire, ${most} at most`]);
  expect(wrongInSize("icon", randomBytes(2 * most))).toEqual([]);
});
