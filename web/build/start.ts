// The page that an installed app starts with: what index.html is without its news, and the same for every publication.

import { POLICY } from "../src/shell/policy.ts";

/** The page, in which everything is named relative to the publication. `paths`: of the app's files, by role. */
export function startPage(paths: ReadonlyMap<string, string>): string {
  const at = (role: string): string => paths.get(role) ?? "";
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<meta http-equiv="x-dns-prefetch-control" content="off">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#fbf9f4">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#171614">
<title>tamizdat</title>
<link rel="icon" type="image/svg+xml" href="${at("icon")}">
<link rel="apple-touch-icon" href="${at("icon-180")}">
<link rel="manifest" href="manifest.webmanifest">
<link rel="stylesheet" href="${at("style")}">
<div id="app"></div>
<script id="script" type="module" src="${at("page")}" data-engine="${at("engine")}" data-own="${at("own")}"></script>
</html>
`;
}
