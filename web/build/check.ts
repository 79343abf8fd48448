// What a built file must not hold: what the oldest browsers can't read or don't have, and what would run a text.

import { type ESTree, parseSync, Visitor } from "vite";

/** Names that Chromium 80, Firefox 78 or Safari 14 lack, and that the app doesn't ask for before it uses them. */
const LATER = new Set([
  "AggregateError",
  "DecompressionStream",
  "FinalizationRegistry",
  "ListFormat",
  "WeakRef",
  "findLast",
  "findLastIndex",
  "fromAsync",
  "groupBy",
  "hasOwn",
  "randomUUID",
  "replaceAll",
  "showPopover",
  "structuredClone",
  "toReversed",
  "toSorted",
  "toSpliced",
  "withResolvers",
]);

/** The same, of methods, where only what stands before the dot tells: `Promise.any`; "*" for whatever it is. */
const LATER_OF = new Map([
  ["any", ["Promise", "AbortSignal"]],
  ["at", ["*"]],
  ["timeout", ["AbortSignal"]],
  ["try", ["Promise"]],
]);

/** Ways to have a text run or become part of a page. */
const RUNS = new Set([
  "DOMParser",
  "Function",
  "createContextualFragment",
  "eval",
  "innerHTML",
  "insertAdjacentHTML",
  "outerHTML",
  "setHTMLUnsafe",
  "srcdoc",
]);

const LATER_STYLES = /@layer|@container|@scope|:has\(|color-mix\(|oklch\(|light-dark\(|\bsubgrid\b/g;
const FROM_ELSEWHERE = /@import|url\(/g;

/**
 * What is wrong with a script, a line each; nothing is as it should be. `spared`: how often a name of the lists may
 * stand in it all the same.
 */
export function wrongInScript(script: string, spared: Readonly<Record<string, number>> = {}): string[] {
  const wrong = [...wrongSyntax(script), ...wrongNames(script, spared)];
  if (/sourceMappingURL|node_modules|\bfile:\/\//.test(script)) {
    wrong.push("says where it was built");
  }
  return wrong;
}

/** What is wrong with a style sheet. */
export function wrongInStyle(style: string): string[] {
  const later = style.match(LATER_STYLES) ?? [];
  const elsewhere = style.match(FROM_ELSEWHERE) ?? [];
  return [...later.map((found) => `${found} in a style`), ...elsewhere.map((found) => `${found} in a style`)];
}

function wrongSyntax(script: string): string[] {
  const wrong: string[] = [];
  const found = (what: string) => () => {
    wrong.push(what);
  };
  let inside = 0;
  const enter = () => {
    inside += 1;
  };
  const leave = () => {
    inside -= 1;
  };
  walk(script, {
    PropertyDefinition: found("a class field"),
    AccessorProperty: found("an accessor"),
    PrivateIdentifier: found("a private name"),
    StaticBlock: found("a static block"),
    Decorator: found("a decorator"),
    FunctionDeclaration: enter,
    "FunctionDeclaration:exit": leave,
    FunctionExpression: enter,
    "FunctionExpression:exit": leave,
    ArrowFunctionExpression: enter,
    "ArrowFunctionExpression:exit": leave,
    AwaitExpression: () => {
      if (!inside) {
        wrong.push("await outside of a function");
      }
    },
    AssignmentExpression: (node) => {
      if (/^(\|\||&&|\?\?)=$/.test(node.operator)) {
        wrong.push(`the operator ${node.operator}`);
      }
    },
    Literal: (node) => {
      if ("regex" in node && (/[dv]/.test(node.regex.flags) || /\(\?<[=!]|\(\?[ims]*-?[ims]*:/.test(pattern(node)))) {
        wrong.push(`the expression ${pattern(node)}`);
      }
    },
  });
  return wrong;
}

function pattern(node: ESTree.RegExpLiteral): string {
  return node.regex.pattern.replace(/\(\?:/g, "(");
}

function wrongNames(script: string, spared: Readonly<Record<string, number>>): string[] {
  const counts = new Map<string, number>();
  const count = (name: string) => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  walk(script, {
    Identifier: ({ name }) => {
      if (LATER.has(name) || RUNS.has(name)) {
        count(name);
      }
    },
    CallExpression: ({ callee }) => {
      if (callee.type !== "MemberExpression") {
        return;
      }
      const { object, property } = callee;
      const before = object.type === "Identifier" ? object.name : "";
      const name = property.type === "Identifier" ? property.name : "";
      if (
        LATER_OF.get(name)?.some((each) => each === "*" || each === before) ||
        (before === "document" && name === "write")
      ) {
        count(`${before}.${name}`);
      }
    },
  });
  return [...counts].flatMap(([name, times]) => (times > (spared[name] ?? 0) ? [`${name}, ${times} times`] : []));
}

function walk(script: string, visitor: ConstructorParameters<typeof Visitor>[0]): void {
  const { program, errors } = parseSync("script.js", script, { sourceType: "module" });
  if (errors.length) {
    throw new Error(`not a script: ${errors[0]?.message}`);
  }
  new Visitor(visitor).visit(program);
}
