/**
 * The frame of every page: a skip link, the sidebar (beside, or a drawer on a phone), a bar with what the page is about, and the page itself.
 *
 * `<Shell sidebar={<Sidebar/>} header={<ThreadHeader/>}>{page}</Shell>`. The page gets a box that does not scroll by itself; whoever fills it decides
 * what scrolls. Here, too, are the keys that work everywhere.
 */
import { useEffect, useState, type ReactNode } from "react";
import { useT } from "../i18n/t";
import { navigate, useRoute } from "../routes";
import { IconButton } from "../ui/IconButton";
import { part } from "../ui/part";
import { MenuIcon, NewChatIcon, SidebarIcon } from "../ui/icons";
import { onShortcutsWanted } from "../ui/shortcuts-wanted";
import { useShortcut } from "../ui/shortcuts";
import { Toasts } from "../ui/Toasts";
import { Drawer } from "./Drawer";
import { closeDrawer, setSidebar, toggleSidebar, useSidebar } from "./sidebar-state";

const ShortcutsDialog = part(() => import("../ui/ShortcutsDialog").then((code) => code.ShortcutsDialog));

type ShellProps = { sidebar: ReactNode; header?: ReactNode; children: ReactNode };

export function Shell({ sidebar, header, children }: ShellProps) {
  const t = useT();
  const { wide, open } = useSidebar();
  const route = JSON.stringify(useRoute());
  const [shortcuts, setShortcuts] = useState(false);
  useEffect(closeDrawer, [route]);
  useEffect(() => onShortcutsWanted(() => setShortcuts(true)), []);
  useShortcut("?", () => setShortcuts(true));
  useShortcut("Mod+B", toggleSidebar);
  useShortcut("Mod+Shift+O", () => navigate("/"));

  return (
    <div className="flex h-dvh overflow-hidden bg-canvas">
      <a
        className="fixed top-2 left-2 z-50 -translate-y-20 rounded-xl bg-ink px-4 py-2.5 text-sm font-medium text-canvas focus:translate-y-0"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        {t("ui.skip")}
      </a>
      {wide ? (
        <aside
          aria-label={t("ui.sidebar")}
          className={`shrink-0 overflow-hidden border-line bg-sidebar transition-[width] duration-200 ease-calm ${open ? "w-70 border-r" : "w-0"}`}
          inert={!open}
        >
          <div className="h-full w-70">{sidebar}</div>
        </aside>
      ) : (
        <Drawer label={t("ui.sidebar")} onClose={closeDrawer} open={open}>
          {sidebar}
          {/* While a modal drawer is open, only what is in it can be reached: an undo, too. */}
          {open && <Toasts />}
        </Drawer>
      )}
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="safe-x shrink-0 pt-[env(safe-area-inset-top)] [--safe:0.5rem]">
          <div className="flex h-13 items-center gap-1">
            {!(wide && open) && (
              <IconButton
                aria-expanded={open}
                icon={wide ? <SidebarIcon /> : <MenuIcon />}
                keys="Mod+B"
                label={t("ui.menu.open")}
                onClick={() => setSidebar(true)}
              />
            )}
            <div className="flex min-w-0 flex-1 items-center">{header}</div>
            {!(wide && open) && <IconButton icon={<NewChatIcon />} keys="Mod+Shift+O" label={t("threads.new")} onClick={() => navigate("/")} />}
          </div>
        </header>
        <main className="relative flex min-h-0 flex-1 flex-col" id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      {shortcuts && <ShortcutsDialog onClose={() => setShortcuts(false)} open />}
      {(wide || !open) && <Toasts />}
    </div>
  );
}
