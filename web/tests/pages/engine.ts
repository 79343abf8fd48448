// A page with nothing but the engine on it, for tests to call from outside.

import { startEngine } from "../../src/engine/client.ts";

const worker = (name: string) => new Worker("engine.js", { name });
Object.assign(globalThis, { begin: () => startEngine({ worker, own: new URL("own.js", document.baseURI).href }) });
