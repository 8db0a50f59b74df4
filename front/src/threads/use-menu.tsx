/** What can be done with a conversation, wherever it has a menu: in the list, and above it. */
import type { Thread } from "../api/types";
import { useT } from "../i18n/t";
import { copyText } from "../markdown/copy";
import { chatPath } from "../routes";
import { DownloadIcon, EditIcon, LinkIcon, TrashIcon } from "../ui/icons";
import type { MenuItem } from "../ui/Menu";
import { toast } from "../ui/toasts";
import { useDelete } from "./use-delete";
import { useSave } from "./use-save";

export function useMenu(thread: Thread | undefined, rename: () => void): MenuItem[] {
  const t = useT();
  const remove = useDelete();
  const save = useSave();
  if (thread === undefined) return [];
  const copyLink = async (): Promise<void> => {
    const done = await copyText(new URL(chatPath(thread.thread_id), location.href).href);
    toast(done ? { text: t("threads.link.copied") } : { text: t("chat.copy.failed"), tone: "danger" });
  };
  return [
    { label: t("threads.rename"), icon: <EditIcon size={18} />, onSelect: rename },
    { label: t("threads.link"), icon: <LinkIcon size={18} />, onSelect: () => void copyLink() },
    { label: t("threads.save"), icon: <DownloadIcon size={18} />, onSelect: () => save(thread) },
    { label: t("threads.delete"), icon: <TrashIcon size={18} />, danger: true, onSelect: () => remove(thread) },
  ];
}
