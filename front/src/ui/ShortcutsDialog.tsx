/** The list of keyboard shortcuts; `?` opens it. */
import { useT } from "../i18n/t";
import { Dialog } from "./Dialog";
import { Kbd } from "./Kbd";
import { SHORTCUTS } from "./shortcuts";

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog onClose={onClose} open={open} title={t("ui.shortcuts")}>
      <dl className="ruled text-sm">
        {SHORTCUTS.map(({ keys, does }) => (
          <div className="flex items-center justify-between gap-6 py-2.5" key={keys}>
            <dt>{t(does)}</dt>
            <dd>
              <Kbd keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
