/**
 * Signing in, where the server asks for it (AUTH_MODE): an API key is shown once and exchanged for a cookie that no script can read. With an identity
 * provider the browser itself goes there, and comes back with the cookie.
 *
 * Nothing here is kept by the page: the cookie goes with every request by itself, with the event streams and the PDFs, too.
 */
import { answered, api, Problem } from "./client";
import type { Session, SignInOffer } from "./types";

const [UNAUTHORIZED, MISSING] = [401, 404];
const OFF: Session = { auth: "off", scope: null, user_id: null, name: null, expires_at: null, tokens_today: null, tokens_per_day: null, sign_out_url: null };

/** Who is signed in; null if somebody has to. A server without the address knows no signing in. */
export async function readSession(signal?: AbortSignal): Promise<Session | null> {
  try {
    return await answered(api.GET("/api/session", { ...(signal && { signal }) }));
  } catch (error) {
    if (error instanceof Problem && error.status === UNAUTHORIZED) return null;
    if (error instanceof Problem && error.status === MISSING) return OFF;
    throw error;
  }
}

/** The identity provider that one can sign in with, if there is one. */
export function readSignIn(signal: AbortSignal): Promise<SignInOffer> {
  return answered(api.GET("/api/sign-in", { signal }));
}

/** Exchanges an API key (or a token) for the cookie. Throws a `Problem`; 401 is a key that is not known. */
export function openSession(key: string): Promise<Session> {
  return answered(api.POST("/api/session", { headers: { Authorization: `Bearer ${key}` } }));
}

/** Makes the cookie worthless, wherever it was copied to. */
export async function closeSession(): Promise<void> {
  await answered(api.DELETE("/api/session"));
}
