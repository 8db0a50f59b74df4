/** Copies a message as it was written (an answer's markdown), and shows for a moment that it did. */
import { useEffect, useState } from "react";
import { useT } from "../i18n/t";
import { copyText } from "../markdown/copy";
import { IconButton } from "../ui/IconButton";
import { CheckIcon, CopyIcon } from "../ui/icons";
import { toast } from "../ui/toasts";

const SHOWN = 2000; // ms

export function CopyAction({ text }: { text: string }) {
  const t = useT();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const done = await copyText(text);
    setCopied(done);
    if (!done) toast({ text: t("chat.copy.failed"), tone: "danger" });
  };
  return (
    <>
      <IconButton
        icon={copied ? <CheckIcon className="text-accent" size={18} /> : <CopyIcon size={18} />}
        label={t(copied ? "chat.copied" : "chat.copy")}
        onClick={() => void copy()}
        small
      />
      <span className="sr-only" role="status">
        {copied && t("chat.copied")}
      </span>
    </>
  );
}
