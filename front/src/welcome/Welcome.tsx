/** The first visit: a name, one click, chatting. */
import { useId, useState, type ReactNode } from "react";
import { Problem } from "../api/client";
import { former, remember, useCreateUser } from "../api/me";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { DocumentIcon, RetryIcon, SystemIcon } from "../ui/icons";
import { Field } from "./Field";
import { Page } from "./Page";

const LONGEST = 200; // characters, as the API accepts

export function Welcome() {
  const t = useT();
  const id = useId();
  const [name, setName] = useState("");
  const [before] = useState(former);
  const signUp = useCreateUser();
  return (
    <Page lead={t("welcome.lead")} title={t("welcome.title")}>
      <form
        className="mt-8 flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) signUp.mutate(name.trim());
        }}
      >
        <Field
          autoComplete="nickname"
          autoFocus
          enterKeyHint="go"
          hint={t("welcome.name.hint")}
          id={id}
          label={t("welcome.name")}
          maxLength={LONGEST}
          onChange={(event) => setName(event.target.value)}
          problem={signUp.isError ? problemText(signUp.error, t("welcome.failed"), t("welcome.unreachable")) : null}
          required
          value={name}
        />
        <Button busy={signUp.isPending} look="primary" size="large" type="submit">
          {signUp.isPending ? t("welcome.starting") : t("welcome.start")}
        </Button>
        {before && (
          <Button look="ghost" onClick={() => remember(before)}>
            <span className="min-w-0 truncate">{t("welcome.back", { name: before.name })}</span>
          </Button>
        )}
      </form>
      <ul className="mt-10 flex flex-col gap-4 border-t border-line pt-6 text-sm">
        <Promise icon={<RetryIcon />} text={t("welcome.kept")} title={t("welcome.kept.title")} />
        <Promise icon={<DocumentIcon />} text={t("welcome.sources")} title={t("welcome.sources.title")} />
        <Promise icon={<SystemIcon />} text={t("welcome.yours")} title={t("welcome.yours.title")} />
      </ul>
    </Page>
  );
}

function Promise({ icon, title, text }: { icon: ReactNode; title: string; text: string }) {
  return (
    <li className="flex gap-3">
      <span className="mt-px text-accent">{icon}</span>
      <span>
        <span className="font-medium">{title}</span>
        <span className="block text-muted">{text}</span>
      </span>
    </li>
  );
}

function problemText(error: unknown, failed: string, unreachable: string): string {
  if (!(error instanceof Problem)) return failed;
  return error.status === 0 ? unreachable : `${failed}: ${error.message}`;
}
