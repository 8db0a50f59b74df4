/** Where the server asks who one is: an API key, pasted once. A password manager may keep it; the page does not. */
import { useId, useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Problem } from "../api/client";
import { closeSession, openSession } from "../api/session";
import type { Session } from "../api/types";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { EyeIcon, EyeOffIcon } from "../ui/icons";
import { IconButton } from "../ui/IconButton";
import { Field } from "./Field";
import { Page } from "./Page";
import { SESSION } from "./session";

const ADMIN = "admin_key";

/** An administrator's key speaks for nobody, so there would be no conversations to show: its cookie is given back. */
async function signInWith(key: string): Promise<Session> {
  const session = await openSession(key);
  if (session.user_id !== null) return session;
  await closeSession();
  throw new Problem(0, ADMIN, "An administrator's key has no conversations.");
}

export function SignIn() {
  const t = useT();
  const id = useId();
  const client = useQueryClient();
  const [key, setKey] = useState("");
  const [shown, setShown] = useState(false);
  const signIn = useMutation({
    mutationFn: signInWith,
    onSuccess: async (session) => {
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
      client.setQueryData(SESSION, session);
    },
  });
  const admin = signIn.error instanceof Problem && signIn.error.code === ADMIN;
  const refused = signIn.error instanceof Problem && (signIn.error.status === 401 || signIn.error.status === 403);
  const reason = signIn.error instanceof Problem && signIn.error.status === 0 ? t("welcome.unreachable") : t("welcome.failed");
  return (
    <Page lead={t("welcome.signIn.lead")} title={t("welcome.signIn")}>
      <form
        className="mt-8 flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim()) signIn.mutate(key.trim());
        }}
      >
        <div className="relative">
          <Field
            autoComplete="current-password"
            autoFocus
            className="pr-12 font-mono"
            hint={t("welcome.signIn.none")}
            id={id}
            label={t("welcome.signIn.key")}
            onChange={(event) => setKey(event.target.value)}
            problem={signIn.isError ? (admin ? t("welcome.signIn.admin") : refused ? t("welcome.signIn.wrong") : reason) : null}
            required
            spellCheck={false}
            type={shown ? "text" : "password"}
            value={key}
          />
          <IconButton
            aria-pressed={shown}
            className="absolute! top-8 right-1.5 coarse:top-7.5 coarse:right-0.5"
            icon={shown ? <EyeOffIcon /> : <EyeIcon />}
            label={t(shown ? "welcome.signIn.hide" : "welcome.signIn.show")}
            onClick={() => setShown(!shown)}
          />
        </div>
        <Button busy={signIn.isPending} look="primary" size="large" type="submit">
          {t("welcome.signIn")}
        </Button>
      </form>
    </Page>
  );
}
