/** A question being edited in its place. Sending it asks anew, beside the old one; Escape leaves all as it was. */
import { useEffect, useRef, useState } from "react";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { sends } from "./enter";
import { useGrowing } from "./useGrowing";

export function EditQuestion({ text, onSend, onCancel }: { text: string; onSend: (text: string) => void; onCancel: () => void }) {
  const t = useT();
  const [draft, setDraft] = useState(text);
  const area = useRef<HTMLTextAreaElement>(null);
  useGrowing(area, draft);
  useEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(text.length, text.length);
  }, [text]);
  const empty = draft.trim() === "";
  return (
    <form
      className="mb-4 flex flex-col gap-2 rounded-2xl border border-edge bg-surface p-3 focus-within:border-ring"
      onSubmit={(event) => {
        event.preventDefault();
        if (!empty) onSend(draft.trim());
      }}
    >
      <textarea
        aria-label={t("chat.edit.label")}
        className="max-h-[50dvh] w-full resize-none bg-transparent px-1 outline-none"
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && !event.nativeEvent.isComposing) {
            event.preventDefault();
            onCancel();
          } else if (sends(event)) {
            event.preventDefault();
            if (!empty) onSend(draft.trim());
          }
        }}
        ref={area}
        rows={1}
        value={draft}
      />
      <div className="flex justify-end gap-2">
        <Button look="ghost" onClick={onCancel} size="small">
          {t("ui.cancel")}
        </Button>
        <Button disabled={empty} look="primary" size="small" type="submit">
          {t("chat.edit.send")}
        </Button>
      </div>
    </form>
  );
}
