// Bringing a library up to date from any copy of a publication. The steps are those of docs/format.md, section 10.

export { listed } from "./listed.ts";
export { meet, trust } from "./meet.ts";
export type * from "./options.ts";
export { open } from "./packs.ts";
export { plan, sync } from "./session.ts";
