/** The page put together: who is here, the frame, and the part that the address names. Parts that are not needed at once are loaded when they are. */
import { LoadState } from "./chat/LoadState";
import { NewChatPage } from "./chat/NewChatPage";
import { NotFound } from "./layout/NotFound";
import { Shell } from "./layout/Shell";
import { useRoute, type Route } from "./routes";
import { Sidebar } from "./threads/Sidebar";
import { ThreadHeader } from "./threads/ThreadHeader";
import { part } from "./ui/part";
import { Gate } from "./welcome/Gate";

const loadChat = () => import("./chat/ChatPage");
const waiting = <LoadState onRetry={() => undefined} problem={null} trying />;
const CvsPage = part(() => import("./cvs/CvsPage").then((code) => code.CvsPage), waiting);
const ChatPage = part(() => loadChat().then((code) => code.ChatPage), waiting);

/** The next step of every first page, so it is fetched while the reader writes. */
void loadChat();

export function App() {
  const route = useRoute();
  return (
    <Gate>
      <Shell header={route.page === "chat" ? <ThreadHeader key={route.threadId} threadId={route.threadId} /> : undefined} sidebar={<Sidebar />}>
        <Page route={route} />
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
