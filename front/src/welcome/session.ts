/** Who is signed in, for components: read once, again when any answer was 401, and forgotten on signing out. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { remember } from "../api/me";
import { closeSession, readSession } from "../api/session";
import { navigate } from "../routes";

export const SESSION = ["session"] as const;

export function useSessionQuery() {
  return useQuery({ queryKey: SESSION, staleTime: Infinity, queryFn: ({ signal }) => readSession(signal) });
}

/** Whether there is something to sign out of, and how. */
export function useSession(): { signedIn: boolean; signOut: () => void } {
  const client = useQueryClient();
  const { data } = useSessionQuery();
  const signOut = () => {
    void closeSession()
      .catch(() => undefined)
      .then(() => {
        remember(null);
        navigate("/");
        client.clear();
        client.setQueryData(SESSION, null);
        if (data?.sign_out_url) location.assign(data.sign_out_url); // out of the identity provider, too
      });
  };
  return { signedIn: data != null && data.auth !== "off", signOut };
}
