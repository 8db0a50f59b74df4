/** What the reader said: the text as it was typed, with edit and copy, its alternatives, and how its sending goes. */
import { memo, useRef, useState } from "react";
import { useT } from "../i18n/t";
import { IconButton } from "../ui/IconButton";
import { EditIcon } from "../ui/icons";
import { CopyAction } from "./CopyAction";
import { EditQuestion } from "./EditQuestion";
import { LongText } from "./LongText";
import { SendingNote } from "./SendingNote";
import { Siblings, type Choose } from "./Siblings";
import { sameTurn, type Question } from "./tree";

export interface QuestionActions {
  edit: (question: Question, text: string) => void;
  choose: Choose;
  retry: (key: string) => void;
  /** Takes an unsent question back into the composer. */
  takeBack: (key: string) => void;
  discard: (key: string) => void;
}

export const UserMessage = memo(
  function UserMessage({ turn, actions }: { turn: Question; actions: QuestionActions }) {
    const t = useT();
    const [editing, setEditing] = useState(false);
    const edit = useRef<HTMLDivElement>(null);
    if (editing) {
      return (
        <EditQuestion
          onCancel={() => {
            setEditing(false);
            requestAnimationFrame(() => edit.current?.querySelector("button")?.focus());
          }}
          onSend={(text) => {
            setEditing(false);
            actions.edit(turn, text);
          }}
          text={turn.text}
        />
      );
    }
    return (
      <div className="group flex flex-col items-end gap-1">
        <h2 className="sr-only">{t("chat.you")}</h2>
        <div
          dir="auto"
          className={`max-w-[85%] rounded-2xl rounded-br-md border border-transparent bg-raised px-4 py-2.5 [overflow-wrap:anywhere] whitespace-pre-wrap ${turn.outgoing?.state === "unsent" ? "opacity-70" : ""}`}
        >
          <LongText text={turn.text} />
        </div>
        {turn.outgoing === null ? (
          <div className="flex items-center" ref={edit}>
            <div className="flex items-center opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 coarse:opacity-100">
              <IconButton icon={<EditIcon size={18} />} label={t("chat.edit")} onClick={() => setEditing(true)} small />
              <CopyAction text={turn.text} />
            </div>
            <Siblings onChoose={actions.choose} place={turn} />
          </div>
        ) : (
          <SendingNote actions={actions} outgoing={turn.outgoing} />
        )}
      </div>
    );
  },
  (before, after) => before.actions === after.actions && sameTurn(before.turn, after.turn),
);
