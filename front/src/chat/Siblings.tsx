/** ‹ 2/3 ›: alternatives at one place of the conversation, answers given again or questions edited. */
import { useT } from "../i18n/t";
import { IconButton } from "../ui/IconButton";
import { ChevronLeftIcon, ChevronRightIcon } from "../ui/icons";
import type { Siblings as Place } from "./tree";

/** `from`: the button that was pressed. It goes away with the turn that it belongs to, and its like at the turn that is chosen takes its place. */
export type Choose = (fork: string, id: string, from: HTMLButtonElement) => void;

export function Siblings({ place, onChoose }: { place: Place; onChoose: Choose }) {
  const t = useT();
  if (place.count < 2) return null;
  const { before, after, fork } = place;
  return (
    <div className="flex items-center text-xs text-muted digits" data-siblings={fork}>
      <IconButton
        disabled={before === null}
        icon={<ChevronLeftIcon size={16} />}
        label={t("chat.sibling.before")}
        onClick={(event) => before && onChoose(fork, before, event.currentTarget)}
        small
      />
      <span aria-label={t("chat.sibling", { index: place.index + 1, n: place.count })} role="status">
        {place.index + 1}/{place.count}
      </span>
      <IconButton
        disabled={after === null}
        icon={<ChevronRightIcon size={16} />}
        label={t("chat.sibling.after")}
        onClick={(event) => after && onChoose(fork, after, event.currentTarget)}
        small
      />
    </div>
  );
}

/** The button at the turn that is shown now where there was `from` at the one before: the same way on, or back where that is the end. */
export function likeOf(from: HTMLButtonElement, fork: string): HTMLButtonElement | null {
  const ways = [...document.querySelectorAll<HTMLButtonElement>(`[data-siblings="${CSS.escape(fork)}"] button:enabled`)];
  return ways.find((one) => one.ariaLabel === from.ariaLabel) ?? ways[0] ?? null;
}
