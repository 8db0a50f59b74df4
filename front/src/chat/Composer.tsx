/**
 * Where the reader writes. Grows with its text, sends with Enter, keeps what is not sent, and stays writable while an answer is written: then the button
 * stops it, unless something is written.
 */
import { memo, useEffect, useImperativeHandle, useRef, useState, type ReactNode, type Ref } from "react";
import { useT } from "../i18n/t";
import { IconButton } from "../ui/IconButton";
import { SendIcon, StopIcon } from "../ui/icons";
import { useShortcut, useTyped } from "../ui/shortcuts";
import { Spinner } from "../ui/Spinner";
import { draftOf, keepDraft } from "./drafts";
import { sends } from "./enter";
import { useGrowing } from "./useGrowing";

export interface ComposerHandle {
  focus: () => void;
  /** Puts a text back that was not sent, in front of what is there. */
  restore: (text: string) => void;
}

interface ComposerProps {
  ref?: Ref<ComposerHandle>;
  /** Whose draft this is: the thread's id, or `new`. */
  place: string;
  placeholder: string;
  /** The most characters that the server takes, once it has said so. */
  limit: number | null;
  onSend: (text: string) => void;
  /** There is something to stop. */
  onStop?: (() => void) | null;
  stopping?: boolean;
  sending?: boolean;
  /** A word from above the text: a choice to make. */
  children?: ReactNode;
}

/** Memoised: while an answer grows, the page around it is drawn twenty times a second. */
export const Composer = memo(function Composer({ ref, place, placeholder, limit, onSend, onStop = null, stopping = false, sending = false, children }: ComposerProps) {
  const t = useT();
  const [text, setText] = useState(() => draftOf(place));
  const area = useRef<HTMLTextAreaElement>(null);
  useGrowing(area, text);

  const write = (next: string) => {
    setText(next);
    keepDraft(place, next);
  };
  const tooMany = limit === null ? 0 : Math.max(0, [...text].length - limit);
  const ready = text.trim() !== "" && tooMany === 0 && !sending;
  const send = () => {
    if (!ready) return;
    write("");
    onSend(text.trim());
    area.current?.focus();
  };

  useImperativeHandle(ref, () => ({
    focus: () => area.current?.focus(),
    restore: (back) => {
      write(text.trim() === "" ? back : `${back}\n\n${text}`);
      area.current?.focus();
    },
  }));
  useShortcut("/", () => area.current?.focus());
  useTyped(() => area.current?.focus());
  useEffect(() => {
    // A touch screen's keyboard should come when it is asked for.
    if (!matchMedia("(pointer: coarse)").matches) area.current?.focus({ preventScroll: true });
  }, []);

  return (
    <form
      className="safe-x safe-bottom shrink-0 [--safe:0.75rem]"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="measure">
        {children}
        <div className="flex items-end gap-2 rounded-3xl border border-edge bg-surface py-1.5 pr-1.5 pl-4 shadow-low focus-within:border-ring">
          <textarea
            aria-describedby={tooMany > 0 ? "composer-limit" : undefined}
            aria-invalid={tooMany > 0 || undefined}
            aria-label={t("chat.composer")}
            className="max-h-[40dvh] min-h-9 flex-1 resize-none bg-transparent py-1.5 leading-6 outline-none coarse:min-h-11 coarse:py-2.5"
            enterKeyHint="enter"
            onChange={(event) => write(event.target.value)}
            onKeyDown={(event) => {
              if (!sends(event)) return;
              event.preventDefault();
              send();
            }}
            placeholder={placeholder}
            ref={area}
            rows={1}
            value={text}
          />
          {onStop !== null && (
            <IconButton
              aria-busy={stopping || undefined}
              className="rounded-full!"
              icon={stopping ? <Spinner /> : <StopIcon />}
              keys="Escape"
              label={t(stopping ? "chat.stopping" : "chat.stop")}
              look={text.trim() === "" ? "primary" : "quiet"}
              onClick={stopping ? undefined : onStop}
              side="top"
            />
          )}
          {(onStop === null || text.trim() !== "") && (
            <IconButton className="rounded-full!" disabled={!ready} icon={sending ? <Spinner /> : <SendIcon />} keys="Enter" label={t("chat.send")} look="primary" side="top" type="submit" />
          )}
        </div>
        {tooMany > 0 ? (
          <p className="px-4 pt-1.5 text-xs text-danger digits" id="composer-limit" role="status">
            {t("chat.tooLong", { n: tooMany })}
          </p>
        ) : (
          <p className="truncate px-4 pt-1.5 text-center text-xs text-faint">{t("chat.composer.hint")}</p>
        )}
      </div>
    </form>
  );
});
