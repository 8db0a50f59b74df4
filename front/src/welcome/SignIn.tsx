/**
 * Where the server asks who one is: at its identity provider, if it has one, or an API key, pasted once. A password manager may keep it; the page does not.
 *
 * The provider sends the browser back to where it was, or to `/?sign_in=` and the word for what went wrong.
 */
import { useId, useState } from "react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Problem } from "../api/client";
import { closeSession, openSession, readSignIn } from "../api/session";
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

/** What went wrong at the provider, told once: the address forgets it. */
function takeFailure(): "expired" | "refused" | "unavailable" | null {
  const word = new URLSearchParams(location.search).get("sign_in");
  if (word !== null) history.replaceState(history.state, "", location.pathname);
  return word === "expired" || word === "refused" || word === "unavailable" ? word : null;
}

export function SignIn() {
  const t = useT();
  const [failure] = useState(takeFailure);
  const offer = useQuery({ queryKey: ["sign-in"], queryFn: ({ signal }) => readSignIn(signal), staleTime: Infinity, retry: false });
  const provider = offer.data?.provider;
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
  if (offer.isPending) return null;
  return (
    <Page lead={t(provider ? "welcome.signIn.leadProvider" : "welcome.signIn.lead")} title={t("welcome.signIn")}>
      {provider && (
        <div className="mt-8 flex flex-col gap-3 border-b border-line pb-8">
          <Button
            look="primary"
            onClick={() => location.assign(`${provider.start_url}?${new URLSearchParams({ return_to: location.pathname }).toString()}`)}
            size="large"
          >
            {t("welcome.signIn.provider", { name: provider.name })}
          </Button>
          {failure && (
            <p className="text-sm text-danger" role="alert">
              {t(`welcome.signIn.${failure}`, { name: provider.name })}
            </p>
          )}
        </div>
      )}
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
            autoFocus={!provider}
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
        <Button busy={signIn.isPending} look={provider ? "quiet" : "primary"} size="large" type="submit">
          {t(provider ? "welcome.signIn.withKey" : "welcome.signIn")}
        </Button>
      </form>
    </Page>
  );
}
