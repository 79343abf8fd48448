// What else a worker may load, and nothing besides: the one policy of Trusted Types that the app's CSP allows.

/** What of a worker's surroundings is used here; the library of types knows pages only. */
interface Scope {
  readonly location: { readonly href: string };
  readonly trustedTypes?: Policies;
  importScripts(url: string): void;
}

interface Rules {
  readonly createScriptURL: (url: string) => string;
}

/** Trusted Types, where the browser has them. */
interface Policies {
  createPolicy(name: string, rules: Rules): Rules;
}

/** Scripts of the app that a worker loads when they are first needed. */
export class Scripts {
  private readonly scope: Scope;
  private readonly policy: Rules;
  private readonly loaded = new Set<string>();

  /** `names`: where they lie, relative to the engine's script or as whole URLs. */
  constructor(scope: Scope, names: readonly string[]) {
    const allowed = names.map((name) => new URL(name, scope.location.href).href);
    const rules: Rules = {
      createScriptURL: (url) => {
        if (!allowed.includes(url)) {
          throw new TypeError(`${url} is no script of this app`);
        }
        return url;
      },
    };
    this.scope = scope;
    this.policy = scope.trustedTypes?.createPolicy("tamizdat", rules) ?? rules;
  }

  /** Load a script, once. Throws where it can't be had. */
  load(name: string): void {
    const { href } = new URL(name, this.scope.location.href);
    if (!this.loaded.has(href)) {
      this.scope.importScripts(this.policy.createScriptURL(href));
      this.loaded.add(href);
    }
  }
}
