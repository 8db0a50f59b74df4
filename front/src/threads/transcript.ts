/** A conversation as a Markdown document: what the page shows of it by itself, with the sources under each answer. Pure; `use-save.ts` makes a file of it. */
import type { Message, Source } from "../api/types";
import { reasonOf } from "../chat/reasons";
import { shownTurns, type Turn } from "../chat/tree";
import type { Translate } from "../i18n/t";
import { sectionName } from "../sources/section";

/** `messages`: all of the thread's, oldest first. `address`: where it is read. */
export function transcriptOf(t: Translate, title: string, address: string, messages: readonly Message[]): string {
  const turns = shownTurns(messages, [], [], new Map());
  return [`# ${title}`, `<${address}>`, ...turns.flatMap((turn) => said(t, turn))].join("\n\n") + "\n";
}

function said(t: Translate, turn: Turn): string[] {
  if (turn.kind === "question") return [`## ${t("chat.you")}`, turn.text];
  const ending = turn.status === "cancelled" ? t("chat.stopped") : turn.status === "failed" ? reasonOf(t, turn.error).what : null;
  return [`## ${t("chat.answer")}`, turn.text, ...(ending === null ? [] : [`*${ending}*`]), ...listed(t, turn.sources ?? [])].filter((part) => part !== "");
}

function listed(t: Translate, sources: readonly Source[]): string[] {
  if (sources.length === 0) return [];
  const lines = sources.map(({ n, candidate, page, section }) => `- [${n}] ${candidate}, ${t("sources.page", { page })} · ${sectionName(t, section)}`);
  return [`**${t("sources.title")}**`, lines.join("\n")];
}

/** A name that every file system takes. */
export function fileName(title: string): string {
  const plain = title.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return `${[...plain].slice(0, 60).join("") || "conversation"}.md`;
}
