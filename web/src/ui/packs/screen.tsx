// Packs: files that carry articles from hand to hand. Opening one contacts nobody.

import { useState } from "preact/hooks";
import type { PublicationView, SyncReport, Trouble } from "../../engine/api.ts";
import { useApp } from "../context.ts";
import { troubleOf } from "../parts/asked.ts";
import { Failure } from "../parts/failure.tsx";
import { Screen } from "../parts/screen.tsx";
import { ReportView } from "../sync/report.tsx";
import { Fingerprint } from "../trust/fingerprint.tsx";
import { canShare, fileName, hand, store } from "./hand.ts";

export function PacksScreen() {
  const { words, publication } = useApp();
  return (
    <Screen title={words.packs.title} kind="plain">
      <h1>{words.packs.title}</h1>
      <p>{words.packs.why}</p>
      <Open />
      {publication && <Make key={publication.publication} publication={publication} />}
    </Screen>
  );
}

type Opening =
  | { readonly state: "none" }
  | { readonly state: "busy" }
  | { readonly state: "done"; readonly report: SyncReport }
  | { readonly state: "failed"; readonly pack: Blob; readonly trouble: Trouble; readonly trusted: string };

function Open() {
  const { engine, words, refresh, show } = useApp();
  const { packs } = words;
  const [opening, setOpening] = useState<Opening>({ state: "none" });
  const open = async (pack: Blob, trusted = "", acceptRetractions = false) => {
    setOpening({ state: "busy" });
    try {
      const report = await engine.syncing.open(pack, { ...(trusted && { trusted }), acceptRetractions });
      setOpening({ state: "done", report });
      show(report.publication);
      await refresh();
    } catch (error) {
      setOpening({ state: "failed", pack, trouble: troubleOf(error), trusted });
    }
  };
  const first = (files: FileList | null | undefined) => files?.[0] && open(files[0]);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    first(event.dataTransfer?.files);
  };
  return (
    <section>
      <h2>{packs.open}</h2>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a further way to what the button does */}
      <div class="drop" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
        <label class="stacked">
          <span>{packs.choose}</span>
          <input
            type="file"
            disabled={opening.state === "busy"}
            onChange={(event) => first(event.currentTarget.files)}
          />
        </label>
      </div>
      {opening.state === "busy" && <p role="status">{packs.opening}</p>}
      {opening.state === "done" && <Opened report={opening.report} />}
      {opening.state === "failed" && (
        <Unopened opening={opening} open={open} close={() => setOpening({ state: "none" })} />
      )}
    </section>
  );
}

function Opened({ report }: { readonly report: SyncReport }) {
  const { words, href } = useApp();
  return (
    <>
      <ReportView report={report} />
      {report.missing.length > 0 && <p class="fine">{words.packs.missing(report.missing.length)}</p>}
      <p>
        <a class="button primary" href={href({ name: "front", edition: "" })}>
          {words.frame.front}
        </a>
      </p>
    </>
  );
}

interface UnopenedProps {
  readonly opening: Extract<Opening, { readonly state: "failed" }>;
  open(pack: Blob, trusted?: string, acceptRetractions?: boolean): void;
  close(): void;
}

/** A pack that needs an answer first, or can't be opened. */
function Unopened({ opening: { pack, trouble, trusted }, open, close }: UnopenedProps) {
  const { words } = useApp();
  if (trouble.code === "first-contact") {
    const { fingerprint = "" } = trouble.fields;
    const offered = String(fingerprint);
    return (
      <div class="note">
        <h3>{words.welcome.compare}</h3>
        <Fingerprint of={offered} />
        <p>{words.welcome.compareWhy}</p>
        <button type="button" class="primary" onClick={() => open(pack, offered)}>
          {words.packs.trust}
        </button>
      </div>
    );
  }
  if (trouble.code === "mass-retraction") {
    return (
      <Failure trouble={trouble}>
        <button type="button" onClick={close}>
          {words.sync.refuse}
        </button>
        <button type="button" onClick={() => open(pack, trusted, true)}>
          {words.sync.accept}
        </button>
      </Failure>
    );
  }
  return <Failure trouble={trouble} />;
}

const PACK_ENDING = "tar.zst";

/** A pack of what is held. It is made first and handed on at a second tap, since making it takes its time. */
function Make({ publication }: { readonly publication: PublicationView }) {
  const { engine, words, tell } = useApp();
  const { packs } = words;
  const held = publication.editions.filter((each) => each.version > 0);
  const [edition, setEdition] = useState("");
  const [pictures, setPictures] = useState(false);
  const [made, setMade] = useState<File | "busy" | Trouble | null>(null);
  const make = async () => {
    setMade("busy");
    try {
      const pack = await engine.reading.pack(publication.publication, { ...(edition && { edition }), pictures });
      setMade(new File([pack], fileName(publication.title, PACK_ENDING), { type: "application/zstd" }));
    } catch (error) {
      setMade(troubleOf(error));
    }
  };
  const change = (set: () => void) => {
    setMade(null);
    set();
  };
  return (
    <section>
      <h2>{packs.make}</h2>
      <p>{packs.makeWhy}</p>
      <fieldset disabled={made === "busy"}>
        {held.length > 1 && (
          <select
            aria-label={words.sync.editions}
            value={edition}
            onChange={(event) => change(() => setEdition(event.currentTarget.value))}
          >
            <option value="">{packs.all}</option>
            {held.map((each) => (
              <option key={each.edition} value={each.edition}>
                {each.title || each.edition}
              </option>
            ))}
          </select>
        )}
        <label class="choice">
          <input
            type="checkbox"
            checked={pictures}
            onChange={(event) => change(() => setPictures(event.currentTarget.checked))}
          />
          <span>{packs.pictures}</span>
        </label>
        <button type="button" class="primary" onClick={make}>
          {made === "busy" ? packs.making : packs.make}
        </button>
      </fieldset>
      {made instanceof File ? (
        <Ready pack={made} publication={publication} told={packs.ready(tell.bytes(made.size))} />
      ) : (
        made && made !== "busy" && <Failure trouble={made} again={make} />
      )}
    </section>
  );
}

interface ReadyProps {
  readonly pack: File;
  readonly publication: PublicationView;
  readonly told: string;
}

function Ready({ pack, publication, told }: ReadyProps) {
  const { words, announce } = useApp();
  const { packs } = words;
  return (
    <div class="note" role="status">
      <p>
        <strong>{told}</strong>
      </p>
      <p class="buttons">
        {canShare(pack) && (
          <button type="button" onClick={() => hand(pack).catch(() => announce(packs.unshared))}>
            {packs.share}
          </button>
        )}
        <button type="button" onClick={() => store(pack)}>
          {packs.store}
        </button>
      </p>
      <p>{packs.handOn}</p>
      <Fingerprint of={publication.fingerprint} />
    </div>
  );
}
