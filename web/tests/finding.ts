// Answers queries for tests in Python: `node … finding.ts <questions> <answers>`, both JSON.
//
// Questions: {rounds, queries}. Each round is a list of changes [edition, key, line], the line empty where the article is
// gone; the index is brought up to date after each. Answers: of each query its hits, all of them.

import { readFileSync, writeFileSync } from "node:fs";
import { utf8 } from "../src/format/bytes.ts";
import { decodeRecord } from "../src/format/record.ts";
import { MemoryStore } from "../src/library/memory.ts";
import { orderly } from "../src/library/order.ts";
import { Shelf } from "../src/library/shelf.ts";
import type { Put, Removal, Store } from "../src/library/store.ts";
import { build } from "../src/search/building.ts";
import { Index } from "../src/search/index.ts";
import { type Results, search } from "../src/search/searching.ts";
import { list, member, text } from "./vectors.ts";

const PUBLICATION = "ab".repeat(32);
const pause = () => Promise.resolve();

type Round = readonly (readonly string[])[];
type Found = readonly [edition: string, key: string, rank: readonly number[], snippet: readonly string[]];

/** What a library does with search's part of the store when a bundle is applied. */
async function apply(store: Store, round: Round, number: number): Promise<void> {
  const puts: Put[] = [];
  const removals: Removal[] = [];
  for (const [at, [edition = "", key = "", line = ""]] of round.entries()) {
    const place = [PUBLICATION, edition, orderly(key)];
    puts.push({ table: "changes", key: [PUBLICATION, number * 1e6 + at], row: { edition, keys: [key] } });
    if (line) {
      puts.push({ table: "lines", key: place, row: utf8(line) });
    } else {
      removals.push({ table: "lines", gone: place });
    }
  }
  await store.commit({ puts, removals });
}

async function answer(rounds: readonly Round[], queries: readonly string[]): Promise<Found[][]> {
  const store = new MemoryStore();
  const index = new Index(new Shelf(store, PUBLICATION));
  for (const [number, round] of rounds.entries()) {
    await apply(store, round, number);
    while (await build(index, pause)) {}
  }
  const found: Found[][] = [];
  for (const query of queries) {
    found.push(await shown(store, await search(index, query, { limit: 1e6, skip: 0 })));
  }
  return found;
}

function shown(store: Store, { hits, snippet }: Results): Promise<Found[]> {
  return Promise.all(
    hits.map(async ({ edition, key, rank }): Promise<Found> => {
      const line = await store.get("lines", [PUBLICATION, edition, orderly(key)]);
      const entry = line ? decodeRecord(line) : null;
      const summary = entry?.record.type === "article" ? entry.record.summary : "";
      return [edition, key, rank, snippet(edition, [entry?.text ?? "", summary])];
    }),
  );
}

const [questions = "", answers = ""] = process.argv.slice(-2);
const asked: unknown = JSON.parse(readFileSync(questions, "utf8"));
const found = await answer(member(asked, "rounds", list(list(list(text)))), member(asked, "queries", list(text)));
writeFileSync(answers, JSON.stringify(found));
