/** Deletes a thread with an undo: gone from the page at once, from the server when the undo has gone. */
import { useQueryClient } from "@tanstack/react-query";
import { api, answered, Problem } from "../api/client";
import { keys } from "../api/queries";
import type { Thread } from "../api/types";
import { t } from "../i18n/t";
import { chatPath, navigate } from "../routes";
import { dismiss, toast } from "../ui/toasts";
import { hide, restore, settle } from "./leaving";

const GONE = 404;

export function useDelete(): (thread: Pick<Thread, "thread_id" | "title">) => void {
  const client = useQueryClient();
  return ({ thread_id: threadId, title }) => {
    const name = title ?? t("threads.untitled");
    const wasOpen = window.location.pathname === chatPath(threadId);
    passFocusOn(threadId);
    let notice = 0;
    hide(threadId, (_, keepalive) => {
      dismiss(notice);
      answered(api.DELETE("/api/threads/{thread_id}", { params: { path: { thread_id: threadId } }, keepalive }))
        .then(() => client.removeQueries({ queryKey: keys.messages(threadId) }))
        .catch((error: unknown) => {
          if (error instanceof Problem && error.status === GONE) return;
          restore(threadId);
          toast({ text: t("threads.delete.failed", { title: name }), tone: "danger" });
        })
        .finally(() => void client.invalidateQueries({ queryKey: keys.threads }));
    });
    if (wasOpen) navigate("/", { replace: true });
    const undo = () => {
      restore(threadId);
      if (wasOpen) navigate(chatPath(threadId));
    };
    notice = toast({ text: t("threads.deleted", { title: name }), action: { label: t("ui.undo"), run: undo }, onGone: () => settle(threadId) });
  };
}

/** From a row that goes away to the next one, or the last; to the search, if there is none. */
function passFocusOn(threadId: string): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-thread]")];
  const at = rows.findIndex((row) => row.dataset["thread"] === threadId);
  if (at < 0 || rows[at]?.parentElement?.contains(document.activeElement) !== true) return;
  (rows[at + 1] ?? rows[at - 1] ?? document.querySelector<HTMLElement>("[data-thread-search]"))?.focus();
}
