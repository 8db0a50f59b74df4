/** The API beside the page: tests prepare conversations with it, and hold what the page shows against what is stored. */
import type { components } from "../../../src/api/schema";

type Schemas = components["schemas"];
export type User = Schemas["UserOut"];
export type Thread = Schemas["ThreadOut"];
export type Message = Schemas["MessageOut"];
export type Posted = Schemas["PostedOut"];
export type Conversation = Schemas["MessagePage"];

export class Api {
  constructor(readonly url: string) {}

  user = (name = "Ada Lovelace"): Promise<User> => this.ask("POST", "/api/users", { name });

  thread = (user: User, assistant: "cvs" | "resume" = "resume", title?: string): Promise<Thread> =>
    this.ask("POST", "/api/threads", { user_id: user.user_id, assistant, ...(title !== undefined && { title }) });

  post = (thread: Thread, content: string, more: { on_busy?: "reject" | "enqueue" | "interrupt"; parent_id?: string | null } = {}): Promise<Posted> =>
    this.ask("POST", `/api/threads/${thread.thread_id}/messages`, { content, ...more });

  conversation = (threadId: string): Promise<Conversation> => this.ask("GET", `/api/threads/${threadId}/messages?limit=100`);

  /** The newest stored answer of a thread that is not answering any more. */
  async answer(threadId: string): Promise<Message> {
    for (;;) {
      const { messages, active_run } = await this.conversation(threadId);
      const newest = messages.find((message) => message.role === "assistant");
      if (active_run === null && newest !== undefined) return newest;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A question, and its stored answer. */
  async asked(thread: Thread, content: string): Promise<Message> {
    await this.post(thread, content);
    return this.answer(thread.thread_id);
  }

  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init = body === undefined ? { method } : { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(this.url + path, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
