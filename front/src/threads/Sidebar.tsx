/** All of the sidebar: who we are, a new chat, the way to the CVs, the conversations with their search, and the settings. */
import { useCallback, useState } from "react";
import { useT } from "../i18n/t";
import { setSidebar } from "../layout/sidebar-state";
import { follow, useRoute } from "../routes";
import { Settings } from "../settings/Settings";
import { IconButton } from "../ui/IconButton";
import { Logo } from "../ui/Logo";
import { NewChatIcon, PeopleIcon, SidebarIcon } from "../ui/icons";
import { Search } from "./Search";
import { ThreadList } from "./ThreadList";

const LINK =
  "ring-inside flex min-h-9 items-center gap-2.5 rounded-lg px-3 text-sm hover:bg-raised aria-[current=page]:bg-hover coarse:min-h-11";

export function Sidebar() {
  const t = useT();
  const route = useRoute();
  const [query, setQuery] = useState("");
  const search = useCallback((next: string) => setQuery(next), []);
  return (
    <div className="safe-bottom flex h-full flex-col pt-[env(safe-area-inset-top)] [--safe:0.375rem]">
      <div className="flex h-13 shrink-0 items-center justify-between pr-2 pl-4">
        <a className="flex items-center gap-2.5 rounded-lg text-[0.9375rem] font-semibold tracking-tight" href="/" onClick={follow}>
          <Logo />
          {t("ui.product")}
        </a>
        <IconButton aria-expanded icon={<SidebarIcon />} keys="Mod+B" label={t("ui.menu.close")} onClick={() => setSidebar(false)} />
      </div>
      <div className="flex flex-col gap-px px-2">
        <a aria-current={route.page === "home" ? "page" : undefined} className={LINK} href="/" onClick={follow}>
          <NewChatIcon className="text-muted" />
          {t("threads.new")}
        </a>
        <a aria-current={route.page === "cvs" ? "page" : undefined} className={LINK} href="/cvs" onClick={follow}>
          <PeopleIcon className="text-muted" />
          {t("threads.browse")}
        </a>
      </div>
      <div className="px-2 py-3">
        <Search onQuery={search} />
      </div>
      <ScrollTop key={query} query={query} />
      <div className="border-t border-line px-2 pt-1.5">
        <Settings />
      </div>
    </div>
  );
}

/** The list's own scroll; a new search begins at its top. */
function ScrollTop({ query }: { query: string }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 [scrollbar-width:thin]">
      <ThreadList query={query} />
    </div>
  );
}
