// Meeting whoever is at an address, once at a time: screens come and go while the answer is on its way.

import type { Meeting } from "../../engine/api.ts";
import type { Engine } from "../../engine/client.ts";

let pending: { readonly address: string; readonly meeting: Promise<Meeting> } | null = null;

/** As the engine's `meet`. Who asks again for the same address waits for the same answer; another one goes before. */
export async function meetAt({ syncing }: Engine, address: string): Promise<Meeting> {
  while (pending && pending.address !== address) {
    await syncing.pause();
    await pending?.meeting.catch(() => undefined);
  }
  if (!pending) {
    const meeting = syncing.meet(address);
    const over = () => {
      pending = null;
    };
    pending = { address, meeting };
    meeting.then(over, over);
  }
  return pending.meeting;
}
