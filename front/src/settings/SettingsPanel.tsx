/** What the settings hold; drawn only while they are open. */
import { useLayoutEffect } from "react";
import { leave } from "../api/me";
import { useHealth } from "../api/service";
import { LANGUAGES, setLanguage, useLanguage, type Language } from "../i18n/language";
import { useT } from "../i18n/t";
import { navigate } from "../routes";
import { ChevronRightIcon, ExternalIcon, KeyboardIcon, MoonIcon, PersonIcon, SignOutIcon, SunIcon, SystemIcon } from "../ui/icons";
import { showShortcuts } from "../ui/shortcuts-wanted";
import { setTheme, THEMES, useTheme, type Theme } from "../ui/theme";
import { useSession } from "../welcome/session";
import { Choice } from "./Choice";

const THEME_ICONS = { system: <SystemIcon size={18} />, light: <SunIcon size={18} />, dark: <MoonIcon size={18} /> };
const OWN_NAMES: Record<Language, string> = { en: "English", es: "Español" };
const ROW = "flex min-h-9 w-full items-center gap-2.5 rounded-lg px-2 text-left hover:bg-raised coarse:min-h-11";

export function SettingsPanel({ onClose, onDrawn }: { onClose: () => void; onDrawn: () => void }) {
  const t = useT();
  const theme = useTheme();
  const language = useLanguage();
  const session = useSession();
  const health = useHealth();
  useLayoutEffect(onDrawn, [onDrawn]);
  const themes = THEMES.map((value: Theme) => ({ value, label: t(`settings.theme.${value}`), icon: THEME_ICONS[value] }));
  return (
    <div className="flex flex-col gap-4">
      <Choice chosen={theme} label={t("settings.theme")} onChoose={setTheme} options={themes} />
      <Choice chosen={language} label={t("settings.language")} onChoose={setLanguage} options={LANGUAGES.map((value) => ({ value, label: OWN_NAMES[value] }))} />
      <div className="-mx-2 flex flex-col border-t border-line pt-2">
        <button
          className={ROW}
          onClick={() => {
            onClose();
            showShortcuts();
          }}
          type="button"
        >
          <KeyboardIcon className="text-muted" size={18} />
          <span className="flex-1">{t("settings.shortcuts")}</span>
        </button>
        {session.signedIn ? (
          <button className={ROW} onClick={session.signOut} type="button">
            <SignOutIcon className="text-muted" size={18} />
            <span className="flex-1">{t("settings.signOut")}</span>
          </button>
        ) : (
          <button
            className={ROW}
            onClick={() => {
              onClose();
              navigate("/");
              leave();
            }}
            title={t("settings.name.hint")}
            type="button"
          >
            <PersonIcon className="text-muted" size={18} />
            <span className="flex-1">{t("settings.name")}</span>
            <ChevronRightIcon className="text-faint" size={16} />
          </button>
        )}
        <a className={ROW} href="/docs" rel="noreferrer" target="_blank">
          <ExternalIcon className="text-muted" size={18} />
          <span className="flex-1">{t("settings.docs")}</span>
        </a>
      </div>
      <p className="border-t border-line pt-3 text-xs text-faint">
        {health.data ? `${t("settings.version", { version: health.data.version })} · ${t("settings.model", { model: health.data.model })}` : "…"}
      </p>
    </div>
  );
}
