/** One conversation in the list: a link, its menu, and the field that renames it in place. */
import { useState } from "react";
import type { Thread } from "../api/types";
import { useRenameThread } from "../api/queries";
import { fullMoment } from "../i18n/format";
import { useT } from "../i18n/t";
import { chatPath, follow } from "../routes";
import { MoreIcon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { toast } from "../ui/toasts";
import { highlighted } from "./group";
import { RenameField } from "./RenameField";
import { useDelete } from "./use-delete";
import { useMenu } from "./use-menu";

type ThreadRowProps = { thread: Thread; query: string; current: boolean; answering: boolean; reachable: boolean; onReach: () => void };

export function ThreadRow({ thread, query, current, answering, reachable, onReach }: ThreadRowProps) {
  const t = useT();
  const rename = useRenameThread();
  const remove = useDelete();
  const [renaming, setRenaming] = useState(false);
  const items = useMenu(thread, () => setRenaming(true));
  const title = thread.title ?? t("threads.untitled");

  if (renaming) {
    return (
      <RenameField
        onDone={(next) => {
          setRenaming(false);
          if (next === null || next === thread.title) return;
          rename.mutate({ threadId: thread.thread_id, title: next }, { onError: () => toast({ text: t("threads.rename.failed"), tone: "danger" }) });
        }}
        title={thread.title ?? ""}
      />
    );
  }
  return (
    <div className={`group relative flex items-center rounded-lg ${current ? "bg-hover" : "hover:bg-raised"}`}>
      <a
        aria-current={current ? "page" : undefined}
        className="ring-inside relative min-w-0 flex-1 truncate rounded-lg py-2 pr-3 pl-3 text-sm group-focus-within:pr-10 group-hover:pr-10 has-[+_*_[aria-expanded=true]]:pr-10 coarse:py-3 coarse:pr-11"
        data-thread={thread.thread_id}
        href={chatPath(thread.thread_id)}
        onClick={follow}
        onFocus={onReach}
        onKeyDown={(event) => {
          if (event.key === "F2") setRenaming(true);
          else if (event.key === "Delete") remove(thread);
          else return;
          event.preventDefault();
        }}
        // Only where a pointer rests: to write all dates of a list takes a slow phone longer than to draw the list.
        onPointerEnter={(event) => (event.currentTarget.title = `${title} · ${fullMoment(new Date(thread.updated_at))}`)}
        tabIndex={reachable ? 0 : -1}
      >
        {highlighted(title, query).map(({ text, match }, at) => (match ? <mark key={at}>{text}</mark> : text))}
        {answering && <span className="sr-only"> ({t("threads.answering")})</span>}
      </a>
      {answering && <i aria-hidden="true" className="pointer-events-none absolute left-0.5 size-1.5 rounded-full bg-accent" />}
      <Menu
        className="absolute! right-0.5 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 aria-expanded:opacity-100 coarse:right-0 coarse:opacity-100"
        icon={<MoreIcon size={18} />}
        items={items}
        label={t("threads.options", { title })}
        reachable={reachable}
        small
      />
    </div>
  );
}
