/** ‹ 2/3 ›: alternatives at one place of the conversation, answers given again or questions edited. */
import { useT } from "../i18n/t";
import { IconButton } from "../ui/IconButton";
import { ChevronLeftIcon, ChevronRightIcon } from "../ui/icons";
import type { Siblings as Place } from "./tree";

export function Siblings({ place, onChoose }: { place: Place; onChoose: (fork: string, id: string) => void }) {
  const t = useT();
  if (place.count < 2) return null;
  const { before, after, fork } = place;
  return (
    <div className="flex items-center text-xs text-muted digits">
      <IconButton disabled={before === null} icon={<ChevronLeftIcon size={16} />} label={t("chat.sibling.before")} onClick={() => before && onChoose(fork, before)} small />
      <span aria-label={t("chat.sibling", { index: place.index + 1, n: place.count })} role="status">
        {place.index + 1}/{place.count}
      </span>
      <IconButton disabled={after === null} icon={<ChevronRightIcon size={16} />} label={t("chat.sibling.after")} onClick={() => after && onChoose(fork, after)} small />
    </div>
  );
}
