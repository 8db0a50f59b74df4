/**
 * Who uses this browser: the user that the server gave an id to, remembered in localStorage and shared by all tabs.
 *
 * The id is no secret and no proof. A server with a new database does not know it: whoever notices (404 `user_not_found`) signs up again.
 */
import { useSyncExternalStore } from "react";
import { useMutation } from "@tanstack/react-query";
import { api, answered } from "./client";
import type { User } from "./types";

const KEY = "chatbot.user";
const LEFT = "chatbot.user.left";
const listeners = new Set<() => void>();
let remembered: { text: string | null; user: User | null } = { text: null, user: null };

export function me(): User | null {
  const text = stored();
  if (text !== remembered.text) remembered = { text, user: parsed(text) };
  return remembered.user;
}

/** Makes room for another name. Nobody but this tab knows the way back to the conversations of this one: it is kept until the tab is closed, or a name is given. */
export function leave(): void {
  const user = stored();
  try {
    if (user !== null) sessionStorage.setItem(LEFT, user);
  } catch {
    // Without storage there is no way back.
  }
  remember(null);
}

/** Who used this tab until another name was asked for. */
export function former(): User | null {
  try {
    return parsed(sessionStorage.getItem(LEFT));
  } catch {
    return null;
  }
}

export function remember(user: User | null): void {
  memory = user === null ? null : JSON.stringify(user);
  try {
    if (memory === null) localStorage.removeItem(KEY);
    else {
      sessionStorage.removeItem(LEFT);
      localStorage.setItem(KEY, memory);
    }
  } catch {
    // Storage may be forbidden: then the user lasts as long as the page.
  }
  for (const listener of listeners) listener();
}

/** The remembered user, or null before the first visit. */
export function useMe(): User | null {
  return useSyncExternalStore(onChange, me);
}

/** Signs up under a name and remembers it. */
export function useCreateUser() {
  return useMutation({
    mutationFn: (name: string) => answered(api.POST("/api/users", { body: { name } })),
    onSuccess: (user) => remember(user),
  });
}

let memory: string | null = null;

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return memory;
  }
}

function parsed(text: string | null): User | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return null;
    const { user_id, name } = value as Record<string, unknown>;
    return typeof user_id === "number" && typeof name === "string" ? { user_id, name } : null;
  } catch {
    return null;
  }
}

function onChange(changed: () => void): () => void {
  const fromOtherTab = (event: StorageEvent): void => {
    if (event.key === KEY || event.key === null) changed();
  };
  listeners.add(changed);
  window.addEventListener("storage", fromOtherTab);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("storage", fromOtherTab);
  };
}
