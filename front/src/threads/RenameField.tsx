/** A title being changed in place: Enter or leaving the field keeps it, Escape does not, and an empty one is not taken. */
import { useEffect, useRef } from "react";
import { useT } from "../i18n/t";

const LONGEST = 200; // characters, as the API accepts

type RenameFieldProps = { title: string; className?: string; onDone: (title: string | null) => void };

export function RenameField({ title, className = "", onDone }: RenameFieldProps) {
  const t = useT();
  const field = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  const done = (keep: boolean) => {
    if (over.current) return;
    over.current = true;
    onDone((keep && field.current?.value.trim()) || null);
  };
  return (
    <input
      aria-label={t("threads.rename.label")}
      className={`w-full min-w-0 rounded-lg border border-edge bg-surface px-2.75 py-1.75 text-sm coarse:py-2.75 coarse:text-base ${className}`}
      defaultValue={title}
      enterKeyHint="done"
      maxLength={LONGEST}
      onBlur={() => done(true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter" || event.key === "Escape") {
          event.preventDefault();
          event.stopPropagation();
          const place = event.currentTarget.parentElement;
          done(event.key === "Enter");
          // What the field stood for is there again, and the keys go on from it.
          requestAnimationFrame(() => place?.querySelector<HTMLElement>("a, button")?.focus());
        }
      }}
      ref={field}
    />
  );
}
