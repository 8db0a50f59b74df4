/** Saves a conversation, all of it, as a Markdown file. Used by the menu of a conversation. */
import { readWhole } from "../api/messages";
import type { Thread } from "../api/types";
import { useT } from "../i18n/t";
import { chatPath } from "../routes";
import { toast } from "../ui/toasts";
import { fileName, transcriptOf } from "./transcript";

export function useSave(): (thread: Thread) => void {
  const t = useT();
  return (thread) => {
    const title = thread.title ?? t("threads.untitled");
    readWhole(thread.thread_id).then(
      (messages) => save(fileName(title), transcriptOf(t, title, new URL(chatPath(thread.thread_id), location.href).href, messages)),
      () => toast({ text: t("threads.save.failed"), tone: "danger" }),
    );
  };
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
