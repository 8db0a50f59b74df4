/** The page put together: who is here, the frame, and the part that the address names. Parts that are not needed at once are loaded when they are. */
import { lazy, Suspense } from "react";
import { LoadState } from "./chat/LoadState";
import { NewChatPage } from "./chat/NewChatPage";
import { NotFound } from "./layout/NotFound";
import { Shell } from "./layout/Shell";
import { useRoute, type Route } from "./routes";
import { Sidebar } from "./threads/Sidebar";
import { ThreadHeader } from "./threads/ThreadHeader";
import { Gate } from "./welcome/Gate";

const loadChat = () => import("./chat/ChatPage");
const CvsPage = lazy(() => import("./cvs/CvsPage").then((part) => ({ default: part.CvsPage })));
const ChatPage = lazy(() => loadChat().then((part) => ({ default: part.ChatPage })));

/** The next step of every first page, so it is fetched while the reader writes. */
void loadChat();

export function App() {
  const route = useRoute();
  return (
    <Gate>
      <Shell header={route.page === "chat" ? <ThreadHeader key={route.threadId} threadId={route.threadId} /> : undefined} sidebar={<Sidebar />}>
        <Suspense fallback={<LoadState onRetry={() => undefined} problem={null} trying />}>
          <Page route={route} />
        </Suspense>
      </Shell>
    </Gate>
  );
}

function Page({ route }: { route: Route }) {
  switch (route.page) {
    case "home":
      return <NewChatPage />;
    case "chat":
      return <ChatPage key={route.threadId} threadId={route.threadId} />;
    case "cvs":
      return <CvsPage />;
    case "missing":
      return <NotFound />;
  }
}
