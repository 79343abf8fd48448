// What a reader should know of this browser or device before it surprises them.

import type { PublicationView } from "../engine/api.ts";
import type { Engine } from "../engine/client.ts";
import { useApp } from "./context.ts";

const DAY_MS = 86_400_000;

/** Which notice stands above the screens: the gravest one. `now`: milliseconds of this device's clock. */
export function noticeFor(
  { storage }: Pick<Engine, "storage">,
  publication: Pick<PublicationView, "signed"> | null,
  now: number,
): "memory" | "clock" | "insecure" | "noWorker" | null {
  if (storage === "memory") {
    return "memory";
  }
  // Nothing can be signed later than now: where it seems so, the clock is behind.
  if (publication && now < Date.parse(publication.signed) - DAY_MS) {
    return "clock";
  }
  if (!isSecureContext) {
    return "insecure";
  }
  return "serviceWorker" in navigator ? null : "noWorker";
}

export function Notices() {
  const { engine, publication, words, tell } = useApp();
  const now = Date.now();
  const notice = noticeFor(engine, publication, now);
  if (!notice) {
    return null;
  }
  const told =
    notice === "clock"
      ? words.notices.clock(tell.time(new Date(now).toISOString()), tell.time(publication?.signed ?? ""))
      : words.notices[notice];
  return <p class="notice">{told}</p>;
}
