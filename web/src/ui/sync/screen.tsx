// Bringing a publication up to date: what it would cost, how it goes on, what it did, and what is kept.

import { useState } from "preact/hooks";
import type { PublicationView, SyncPlan, Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { useArrival } from "../parts/arrival.ts";
import { troubleOf } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";
import { Screen } from "../parts/screen.tsx";
import { Announced } from "../settings/offer.tsx";
import { Choices } from "./choices.tsx";
import { ProgressView } from "./progress.tsx";
import { Facts, LastView, ReportView } from "./report.tsx";
import { forgetRun, type Run, startSync, useRun } from "./runner.ts";

export function SyncScreen() {
  const { words, publication } = useApp();
  return (
    <Screen title={words.sync.title} kind="plain">
      <h1>{words.sync.title}</h1>
      {publication && <Updates key={publication.publication} publication={publication} />}
    </Screen>
  );
}

interface Of {
  readonly publication: PublicationView;
}

function Updates({ publication }: Of) {
  const { words } = useApp();
  const run = useRun();
  const ours =
    run.state !== "none" && run.wish.publication === publication.publication ? run : { state: "none" as const };
  const running = run.state === "running";
  // A sync that finds nothing new doesn't read the list of the rest; what was said of it before holds.
  const [planned, setPlanned] = useState(0);
  const older = (ours.state === "done" && ours.report.older) || planned;
  return (
    <>
      {run.state === "running" && <ProgressView run={run} />}
      {ours.state === "done" && (
        <>
          <ReportView report={ours.report} />
          <Announced />
        </>
      )}
      {ours.state === "failed" && <Failed run={ours} />}
      {!running && <Look publication={publication} tell={({ older }) => setPlanned(older)} />}
      {!running && <Rest publication={publication} older={older} begin={() => setPlanned(0)} />}
      {!running && publication.lastSync && ours.state === "none" && (
        <section>
          <h2>{words.sync.last}</h2>
          <LastView last={publication.lastSync} />
        </section>
      )}
      <Choices publication={publication} busy={running} />
    </>
  );
}

/** A sync that stopped: paused, in need of an answer, or gone wrong. */
function Failed({ run }: { readonly run: Extract<Run, { readonly state: "failed" }> }) {
  const { engine, words } = useApp();
  const { trouble, wish } = run;
  const goOn = () => startSync(engine, wish);
  switch (trouble.code) {
    case "stopped":
      return (
        <div class="note" role="status">
          <p>{words.sync.paused}</p>
          <button type="button" class="primary" onClick={goOn}>
            {words.sync.goOn}
          </button>
        </div>
      );
    case "mass-retraction":
      return (
        <Failure trouble={trouble}>
          <button type="button" onClick={forgetRun}>
            {words.sync.refuse}
          </button>
          <button type="button" onClick={() => startSync(engine, { ...wish, acceptRetractions: true })}>
            {words.sync.accept}
          </button>
        </Failure>
      );
    default:
      return <Failure trouble={trouble} again={goOn} />;
  }
}

type Asked = { readonly plan: SyncPlan } | { readonly trouble: Trouble } | "asking" | null;

/** What is new, and what it costs: shown before any of it is fetched. `tell` hears of every plan. */
function Look({ publication, tell }: Of & { readonly tell: (plan: SyncPlan) => void }) {
  const { engine, words, announce } = useApp();
  const [asked, setAsked] = useState<Asked>(null);
  const wish = { publication: publication.publication };
  const look = async () => {
    setAsked("asking");
    forgetRun();
    try {
      const plan = await engine.syncing.plan(wish);
      setAsked({ plan });
      tell(plan);
      if (plan.text + plan.pictures === 0) {
        await startSync(engine, wish); // nothing more to fetch: what the answer brought along is put in its place
      } else {
        announce(words.sync.toFetch);
      }
    } catch (error) {
      setAsked({ trouble: troubleOf(error) });
    }
  };
  const plan = asked && typeof asked === "object" && "plan" in asked ? asked.plan : null;
  return (
    <>
      {plan && plan.text + plan.pictures > 0 ? (
        <Offer plan={plan} fetch={() => startSync(engine, wish)} />
      ) : (
        <p>
          <button type="button" class="primary" onClick={look} disabled={asked === "asking"}>
            {asked === "asking" ? words.sync.asking : words.sync.look}
          </button>
        </p>
      )}
      {asked && typeof asked === "object" && "trouble" in asked && <Failure trouble={asked.trouble} again={look} />}
    </>
  );
}

function Offer({ plan, fetch }: { readonly plan: SyncPlan; readonly fetch: () => void }) {
  const arrived = useArrival<HTMLButtonElement>();
  const { words, tell } = useApp();
  const { sync } = words;
  return (
    <section class="note">
      <h2>{sync.toFetch}</h2>
      <Facts
        facts={[
          [sync.text, tell.bytes(plan.text)],
          [sync.pictures, plan.pictures > 0 && tell.bytes(plan.pictures)],
          [sync.requests, tell.number(plan.requests)],
        ]}
      />
      <button ref={arrived} type="button" class="primary" onClick={fetch}>
        {sync.fetch(tell.bytes(plan.text + plan.pictures))}
      </button>
    </section>
  );
}

/** What of the archive isn't here, and what it would cost. */
function Rest({ publication, older, begin }: Of & { readonly older: number; readonly begin: () => void }) {
  const { engine, words, tell } = useApp();
  const chosen = publication.editions.filter(({ edition }) => publication.choice.editions.includes(edition));
  const since = chosen.reduce((latest, { completeSince }) => (completeSince > latest ? completeSince : latest), "");
  if (!since) {
    return null;
  }
  return (
    <section>
      <h2>{words.sync.rest}</h2>
      <p>{words.sync.since(tell.day(since))}</p>
      {older > 0 && (
        <p>
          <button
            type="button"
            onClick={() => {
              begin();
              startSync(engine, { publication: publication.publication, older: true });
            }}
          >
            {words.sync.fetchRest(tell.bytes(older))}
          </button>
        </p>
      )}
    </section>
  );
}
