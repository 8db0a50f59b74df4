/**
 * Who is here? Shows the page to a known reader, a welcome to a new one, and the sign-in where the server asks for a key.
 *
 * A reader known from before sees the page at once; the server is asked meanwhile. Any 401 leads back here. A server that lost its users (a new database)
 * gets the reader under the same name again, with a word about it.
 */
import { useEffect, type ReactNode } from "react";
import { useQueryClient, type QueryCacheNotifyEvent } from "@tanstack/react-query";
import { Problem } from "../api/client";
import { me, remember, useCreateUser, useMe } from "../api/me";
import { t } from "../i18n/t";
import { navigate } from "../routes";
import { part } from "../ui/part";
import { toast } from "../ui/toasts";
import { SESSION, useSessionQuery } from "./session";

const SignIn = part(() => import("./SignIn").then((code) => code.SignIn));
const Welcome = part(() => import("./Welcome").then((code) => code.Welcome));
const UNAUTHORIZED = 401;

export function Gate({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const user = useMe();
  const session = useSessionQuery();
  const signUp = useCreateUser();
  const { mutate: again, isPending: signingUp } = signUp;

  useEffect(() => {
    const heed = (error: unknown) => {
      if (!(error instanceof Problem)) return;
      if (error.status === UNAUTHORIZED) client.setQueryData(SESSION, null);
      const known = me();
      if (error.code !== "user_not_found" || !known || signingUp) return;
      again(known.name, {
        onSuccess: () => {
          toast({ text: t("welcome.recreated", { name: known.name }), lasts: 10_000 });
          navigate("/", { replace: true });
        },
      });
    };
    const failed = (event: { type: string; action?: { type: string; error?: unknown } }) => {
      if (event.type === "updated" && event.action?.type === "error") heed(event.action.error);
    };
    const stops = [client.getQueryCache().subscribe((event: QueryCacheNotifyEvent) => failed(event)), client.getMutationCache().subscribe(failed)];
    return () => stops.forEach((stop) => stop());
  }, [client, again, signingUp]);

  useEffect(() => {
    const { user_id: id, name } = session.data ?? {};
    const known = me();
    if (id != null && (known?.user_id !== id || known.name !== (name ?? ""))) remember({ user_id: id, name: name ?? "" });
  }, [session.data]);

  if (session.data !== null && user) return children;
  if (session.isPending) return null;
  return session.data === null ? <SignIn /> : <Welcome />;
}
