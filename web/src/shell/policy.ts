// What a page of the app, and its workers, may do: the content security policy that browsers are to hold them to.

/**
 * Without exception for scripts and styles. Mirrors are learned later, hence any host may be asked for files.
 * `server/tamizdat_server/headers.py` has the same, and tests/test_publish_app.py compares them.
 */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self' https: http:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types tamizdat",
].join("; ");

/** What only a header can say, behind the policy. */
export const NO_FRAMES = "frame-ancestors 'none'";
