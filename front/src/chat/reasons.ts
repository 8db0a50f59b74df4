/** Failures in plain words: what happened, and what the reader can do. Codes are those of §5 of the protocol. */
import type { Problem } from "../api/client";
import type { Failure } from "../api/types";
import { en, type Key } from "../i18n/en";
import type { Translate } from "../i18n/t";

/** Why an answer failed, and what to do about it. A code from the future gets the general words; the server's own are in the details. */
export function reasonOf(t: Translate, error: Failure | null): { what: string; act: string } {
  const key = `chat.fail.${error?.code ?? "other"}`;
  const known = isFailure(key) ? key : "chat.fail.other";
  return { what: t(known), act: t(`${known}.do`) };
}

type FailureKey = Extract<Key, `chat.fail.${string}.do`> extends `${infer Base}.do` ? Base : never;

function isFailure(key: string): key is FailureKey {
  return `${key}.do` in en;
}

/** Why a request failed. */
export function problemText(t: Translate, problem: Problem): string {
  if (problem.status === 0) return t("chat.problem.no_answer");
  if (problem.status === 429) return t("chat.problem.limited");
  if (problem.status === 401) return t("chat.problem.unauthorized");
  switch (problem.code) {
    case "database_unavailable":
      return t("chat.problem.database");
    case "database_busy":
      return t("chat.problem.busyDatabase");
    case "queue_full":
      return t("chat.problem.queue_full");
    case "message_too_long":
    case "body_too_large":
      return t("chat.problem.too_long");
    case "thread_not_found":
      return t("chat.problem.gone");
    default:
      return problem.status >= 500 ? t("chat.problem.server") : t("chat.problem.other", { message: problem.message });
  }
}
