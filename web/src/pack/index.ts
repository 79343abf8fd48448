// Packs made to be carried, of what a reader holds. docs/format.md, section 9.3.

export { type Packed, type PackedEdition, type PackOptions, pack } from "./holdings.ts";
