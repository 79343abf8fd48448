// What a reader should know of this browser or device before it surprises them.

import { useApp } from "./context.ts";

const DAY_MS = 86_400_000;

/** What decides. `now`: milliseconds of this device's clock. `signed`: "" where nothing is held. */
export interface Circumstances {
  readonly storage: "kept" | "memory";
  readonly secure: boolean;
  readonly worker: boolean;
  readonly now: number;
  readonly signed: string;
}

/** Which notice stands above the screens: the gravest one. */
export function noticeFor({
  storage,
  secure,
  worker,
  now,
  signed,
}: Circumstances): "memory" | "clock" | "insecure" | "noWorker" | null {
  if (storage === "memory") {
    return "memory";
  }
  // Nothing can be signed later than now: where it seems so, the clock is behind.
  if (signed && now < Date.parse(signed) - DAY_MS) {
    return "clock";
  }
  if (!secure) {
    return "insecure";
  }
  return worker ? null : "noWorker";
}

export function Notices() {
  const { engine, publication, words, tell } = useApp();
  const now = Date.now();
  const notice = noticeFor({
    storage: engine.storage,
    secure: isSecureContext,
    worker: "serviceWorker" in navigator,
    now,
    signed: publication?.signed ?? "",
  });
  if (!notice) {
    return null;
  }
  const told =
    notice === "clock"
      ? words.notices.clock(tell.time(new Date(now).toISOString()), tell.time(publication?.signed ?? ""))
      : words.notices[notice];
  return <p class="notice">{told}</p>;
}
