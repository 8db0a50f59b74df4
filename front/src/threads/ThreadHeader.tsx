/** The bar above a conversation: its title, which a click changes, and who answers. */
import { useState } from "react";
import { useRenameThread, useThread } from "../api/queries";
import { useT } from "../i18n/t";
import { ChevronDownIcon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { Skeleton } from "../ui/Skeleton";
import { toast } from "../ui/toasts";
import { RenameField } from "./RenameField";
import { useMenu } from "./use-menu";

export function ThreadHeader({ threadId }: { threadId: string }) {
  const t = useT();
  const { data: thread, isPending } = useThread(threadId);
  const rename = useRenameThread();
  const [renaming, setRenaming] = useState(false);
  const items = useMenu(thread, () => setRenaming(true));
  if (isPending) return <Skeleton className="ml-2 h-4 w-40" />;
  if (!thread) return null;
  const title = thread.title ?? t("threads.untitled");
  if (renaming) {
    return (
      <RenameField
        className="max-w-md font-semibold"
        onDone={(next) => {
          setRenaming(false);
          if (next === null || next === thread.title) return;
          rename.mutate({ threadId, title: next }, { onError: () => toast({ text: t("threads.rename.failed"), tone: "danger" }) });
        }}
        title={thread.title ?? ""}
      />
    );
  }
  return (
    <div className="flex min-w-0 items-center gap-0.5 pl-2">
      <h1 className="min-w-0 truncate text-sm font-semibold" title={title}>
        {title}
      </h1>
      <span className="ml-2 hidden shrink-0 rounded-md bg-raised px-1.5 py-0.5 text-xs text-muted sm:block">{t(`welcome.${thread.assistant}`)}</span>
      <Menu
        icon={<ChevronDownIcon size={16} />}
        items={items}
        label={t("threads.options", { title })}
        small
      />
    </div>
  );
}
