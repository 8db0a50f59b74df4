/**
 * Signing in, where the server asks for it (AUTH_MODE): an API key is shown once and exchanged for a cookie that no script can read.
 *
 * Nothing here is kept by the page: the cookie goes with every request by itself, with the event streams and the PDFs, too.
 */
import { Problem, NO_ANSWER, problemOf } from "./client";

export interface Session {
  /** The server's AUTH_MODE; `off` asks nobody who they are. */
  auth: string;
  /** Whose conversations these are; null with `off`, and for an administrator's key. */
  userId: number | null;
}

const PATH = "/api/session";
const OFF: Session = { auth: "off", userId: null };
const [UNAUTHORIZED, MISSING] = [401, 404];

/** Who is signed in; null if somebody has to. A server without the address knows no signing in. */
export async function readSession(signal?: AbortSignal): Promise<Session | null> {
  const response = await ask({ method: "GET", ...(signal && { signal }) });
  if (response.status === UNAUTHORIZED) return null;
  if (response.status === MISSING) return OFF;
  return sessionOf(response);
}

/** Exchanges an API key (or a token) for the cookie. Throws a `Problem`; 401 is a key that is not known. */
export async function openSession(key: string): Promise<Session> {
  return sessionOf(await ask({ method: "POST", headers: { Authorization: `Bearer ${key}` } }));
}

/** Makes the cookie worthless, wherever it was copied to. */
export async function closeSession(): Promise<void> {
  await ask({ method: "DELETE" });
}

async function ask(request: RequestInit): Promise<Response> {
  try {
    return await fetch(PATH, request);
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new Problem(0, NO_ANSWER, "The server did not answer.");
  }
}

async function sessionOf(response: Response): Promise<Session> {
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, body);
  const { auth, user_id } = (body ?? {}) as Record<string, unknown>;
  return { auth: typeof auth === "string" ? auth : OFF.auth, userId: typeof user_id === "number" ? user_id : null };
}
