// First contact: whom an address belongs to, and whether to trust them. A link with a fingerprint needs no answer.

import { useEffect, useState } from "preact/hooks";
import type { Meeting, Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";
import { freshnessWord } from "../parts/frame.tsx";
import { Screen } from "../parts/screen.tsx";
import { remembered } from "../remembered.ts";
import { writeHash } from "../routes.ts";
import { startSync } from "../sync/runner.ts";
import { Fingerprint } from "../trust/fingerprint.tsx";
import { AddressForm } from "./address.tsx";
import { firstChoice } from "./editions.ts";
import { meetAt } from "./meeting.ts";

/** The address that this page was opened by: its own folder, and the fingerprint of the link. */
function ownAddress(fingerprint: string): string {
  const folder = new URL(".", document.baseURI);
  return `${folder.origin}${folder.pathname}${fingerprint && `#${fingerprint}`}`;
}

export function WelcomeScreen() {
  const { location } = useApp();
  const [address, setAddress] = useState(location.route.name === "welcome" ? "" : ownAddress(location.fingerprint));
  return address ? (
    <Meet key={address} address={address} other={() => setAddress("")} />
  ) : (
    <AddressForm taken={setAddress} />
  );
}

interface Props {
  readonly address: string;
  /** The reader would rather name another address. */
  other(): void;
}

function Meet({ address, other }: Props) {
  const { engine, words, publications } = useApp();
  const [meeting, setMeeting] = useState<Meeting | null>(null);
  const [failed, setFailed] = useState<Trouble | null>(null);
  const [turn, setTurn] = useState(0);
  const welcome = useWelcome();
  const accept = (met: Meeting) => welcome(met).catch((error: unknown) => setFailed(troubleOf(error)));

  useEffect(() => {
    let wanted = true;
    const answer = async () => {
      const met = await meetAt(engine, address);
      const known = met.pinned || publications.some(({ publication }) => publication === met.publication);
      if (wanted) {
        await (known ? welcome(met) : setMeeting(met));
      }
    };
    setFailed(null);
    answer().catch((error: unknown) => wanted && setFailed(troubleOf(error)));
    return () => {
      wanted = false;
    };
  }, [address, turn]);

  if (failed) {
    return <Unmet trouble={failed} again={() => setTurn(turn + 1)} other={other} />;
  }
  if (meeting) {
    return <Compare meeting={meeting} accept={() => accept(meeting)} other={other} />;
  }
  return (
    <Screen title={words.welcome.meeting} kind="plain" ready={false}>
      <h1 class="unseen">{words.welcome.meeting}</h1>
      <p class="waiting">{words.welcome.meeting}</p>
    </Screen>
  );
}

/** Keeps a publication that was met, begins to fetch it, and shows it. One that is held already is only shown. */
function useWelcome(): (met: Meeting) => Promise<void> {
  const { engine, location, words, publications, show, refresh } = useApp();
  return async (met) => {
    const { route } = location;
    const held = publications.find(({ publication }) => publication === met.publication);
    if (!held) {
      const named = "edition" in route ? route.edition : "";
      const wanted = [named, remembered("language"), ...navigator.languages, words.language];
      await engine.syncing.trust(met.publication, firstChoice(met.editions, wanted));
      startSync(engine, { publication: met.publication }).then(refresh);
    }
    show(met.publication);
    await refresh();
    const onward = route.name === "welcome" ? { name: "front" as const, edition: "" } : route;
    window.location.replace(writeHash({ fingerprint: held?.fingerprint ?? met.fingerprint, route: onward }));
  };
}

interface CompareProps {
  readonly meeting: Meeting;
  accept(): void;
  other(): void;
}

/** Nobody named a fingerprint: the reader compares the one that is offered, and decides. */
function Compare({ meeting, accept, other }: CompareProps) {
  const { words, tell } = useApp();
  const [taken, setTaken] = useState(false);
  const take = () => {
    setTaken(true);
    accept();
  };
  return (
    <Screen title={words.welcome.compare} kind="plain">
      <p class="kicker">{words.welcome.compare}</p>
      <h1 dir="auto">{meeting.title}</h1>
      <p class="fine">
        {words.frame.version(tell.number(meeting.version))} · {tell.day(meeting.published)}
        {meeting.freshness !== "fresh" && ` · ${freshnessWord(words, meeting.freshness)}`}
      </p>
      <Fingerprint of={meeting.fingerprint} />
      <p>{words.welcome.unpinned}</p>
      <p>{words.welcome.compareWhy}</p>
      <p class="buttons">
        <button type="button" class="primary" onClick={take} disabled={taken}>
          {words.welcome.trust}
        </button>
        <button type="button" onClick={other}>
          {words.welcome.other}
        </button>
      </p>
    </Screen>
  );
}

interface UnmetProps {
  readonly trouble: Trouble;
  again(): void;
  other(): void;
}

/** Nobody could be met: what to do, and what can be read all the same. */
function Unmet({ trouble, again, other }: UnmetProps) {
  const { words, publications } = useApp();
  return (
    <Screen title={words.errors.title} kind="plain">
      <h1>{words.errors.title}</h1>
      <Failure trouble={trouble} again={again} />
      <ul class="links">
        {publications.map(({ publication, title, fingerprint }) => (
          <li key={publication}>
            <a href={writeHash({ fingerprint, route: { name: "front", edition: "" } })} dir="auto">
              {title}
            </a>
          </li>
        ))}
        <li>
          <a href="#/packs">{words.welcome.openPack}</a>
        </li>
      </ul>
      <button type="button" onClick={other}>
        {words.welcome.other}
      </button>
    </Screen>
  );
}
