/**
 * The one way to the API: typed by `schema.d.ts`, every failure a `Problem`.
 *
 * `api.GET(...)` and friends answer `{data, error, response}`; `answered` takes the data out or throws a `Problem`, which is what queries and
 * mutations want. Nobody else in the page calls `fetch`, but `run/follow.ts` for the event streams.
 */
import createClient from "openapi-fetch";
import type { paths } from "./schema";

const REQUEST_SECONDS = 30;

/** What went wrong with a request. `status` 0 means that no answer came: the network, or a server that is not there. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Seconds to wait, where the server said so. */
    readonly retryAfter: number | null = null,
    readonly requestId: string | null = null,
    /** The thread's unfinished run, with code `thread_busy`. */
    readonly runId: string | null = null,
  ) {
    super(message);
    this.name = "Problem";
  }

  /** Whether the same request may go well a little later. A request that was stored all the same needs an Idempotency-Key. */
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export const NO_ANSWER = "no_answer";

async function reach(request: Request): Promise<Response> {
  const limit = AbortSignal.timeout(REQUEST_SECONDS * 1000);
  try {
    return await fetch(request, { signal: AbortSignal.any([request.signal, limit]) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Problem(0, NO_ANSWER, "The server did not answer.");
  }
}

export const api = createClient<paths>({ baseUrl: globalThis.location?.origin ?? "", fetch: reach });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data, or a thrown `Problem`. An answer without a body (204) is `undefined`. */
export async function answered<T>(request: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await request;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}

/** Reads the error form of the protocol's §5; anything else (a proxy's page, say) becomes `http_STATUS`. */
export function problemOf(response: Response, body: unknown): Problem {
  const error = field(body, "error");
  const text = (name: string): string | null => {
    const value = field(error, name);
    return typeof value === "string" ? value : null;
  };
  return new Problem(
    response.status,
    text("code") ?? `http_${response.status}`,
    text("message") ?? response.statusText,
    retryAfter(response.headers.get("Retry-After")),
    text("request_id") ?? response.headers.get("X-Request-ID"),
    text("run_id"),
  );
}

function retryAfter(header: string | null): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const moment = Date.parse(header);
  return Number.isNaN(moment) ? null : Math.max(0, (moment - Date.now()) / 1000);
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
