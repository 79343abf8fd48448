// A web server that misbehaves on demand: the real one of Node, on a port of its own.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterAll } from "vitest";

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Serves what `handler` answers, until the tests of the file are done. `asked`: the requests so far. */
export async function serve(handler: Handler): Promise<{ readonly url: string; readonly asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    // Whoever asked may hang up at any time.
    response.on("error", () => {});
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => stop(server));
  return { url: `http://127.0.0.1:${port(server)}/`, asked };
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function port(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new TypeError("no port");
  }
  return address.port;
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
