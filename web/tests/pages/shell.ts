// A page with nothing but the shell, for tests/test_app_shell.py: it lends what src/shell/client.ts has to the debugger.

import * as client from "../../src/shell/client.ts";

interface Types {
  createPolicy(
    name: string,
    rules: { createScriptURL: (path: string) => string },
  ): {
    createScriptURL(path: string): string;
  };
}

const types = (globalThis as { trustedTypes?: Types }).trustedTypes;
const policy = types?.createPolicy("tamizdat", { createScriptURL: (path) => new URL(path, document.baseURI).href });

Object.assign(globalThis, { shell: client, script: policy?.createScriptURL("sw.js") });
