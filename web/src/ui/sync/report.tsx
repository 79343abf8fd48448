// What a sync did: what it brought, what it cost, and who failed on the way.

import type { ComponentChildren } from "preact";
import type { Problem, SyncFigures, SyncReport } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { useArrival } from "../parts/arrival.ts";
import { explain } from "../trouble.ts";

/** Terms with their values, of which those that are empty are left out. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value)
        .map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

export function ReportView({ report }: { readonly report: SyncReport }) {
  const { words, tell } = useApp();
  const { sync } = words;
  const arrived = useArrival<HTMLDivElement>();
  const brought = [
    report.articles > 0 && sync.brought(report.articles),
    report.retracted > 0 && sync.withdrawn(report.retracted),
  ].filter(Boolean);
  return (
    <div ref={arrived} class="note" role="status" tabIndex={-1}>
      <p>
        <strong>{brought.join(", ") || sync.nothing}</strong>
      </p>
      {report.left > 0 && <p>{sync.capped(tell.bytes(report.left))}</p>}
      <Cost {...report} />
      <Problems problems={report.problems} />
    </div>
  );
}

/** The last sync that is on record, also of a page before this one. */
export function LastView({ last }: { readonly last: SyncFigures }) {
  const { words, tell } = useApp();
  const failed = last.outcome !== "done" && explain({ code: last.outcome, message: "", fields: {} }, words, tell).what;
  return (
    <>
      <Facts
        facts={[
          [words.sync.when, <time dateTime={last.at}>{tell.time(last.at)}</time>],
          [words.sync.result, failed || (last.articles > 0 ? words.sync.brought(last.articles) : words.sync.nothing)],
        ]}
      />
      <Cost {...last} />
    </>
  );
}

function Cost({
  bytes,
  requests,
  mirror,
}: {
  readonly bytes: number;
  readonly requests: number;
  readonly mirror: string;
}) {
  const { words, tell } = useApp();
  const { sync } = words;
  return (
    <Facts
      facts={[
        [sync.bytes, tell.bytes(bytes)],
        [sync.requests, tell.number(requests)],
        [sync.mirror, mirror && <span class="breaks">{mirror}</span>],
      ]}
    />
  );
}

function Problems({ problems }: { readonly problems: readonly Problem[] }) {
  const { words, tell } = useApp();
  if (problems.length === 0) {
    return null;
  }
  return (
    <details>
      <summary>
        {words.sync.problems} ({tell.number(problems.length)})
      </summary>
      <ul>
        {problems.map(({ mirror, code, message }) => (
          <li key={mirror + code}>
            <span class="breaks">{mirror}</span>: {explain({ code, message, fields: {} }, words, tell).what}
          </li>
        ))}
      </ul>
    </details>
  );
}
