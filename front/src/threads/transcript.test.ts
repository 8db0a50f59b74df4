// @vitest-environment happy-dom
import { expect, it } from "vitest";
import type { Message } from "../api/types";
import { t } from "../i18n/t";
import { fileName, transcriptOf } from "./transcript";

const SOURCE = { n: 2, cv_id: "ada", candidate: "Ada", page: 3, section: "skills", snippet: "runs it", score: 1, url: null };
const message = (id: string, parent: string | null, some: Partial<Message>): Message => ({
  message_id: id,
  role: "assistant",
  content: "",
  status: "done",
  error: null,
  sources: [],
  run_id: null,
  parent_id: parent,
  created_at: id,
  ...some,
});

it("has what the page shows, in its order, with the sources under each answer", () => {
  const messages = [
    message("1", null, { role: "user", content: "Who?" }),
    message("2", "1", { content: "Nobody." }),
    message("3", "1", { content: "**Ada** [2]", sources: [SOURCE] }),
    message("4", "3", { role: "user", content: "And\nthen?" }),
    message("5", "4", { content: "Half", status: "cancelled" }),
    message("6", "5", { role: "user", content: "Go on" }),
    message("7", "6", { status: "failed", error: { code: "provider_timeout", message: "Too slow.", retryable: true } }),
  ];
  expect(transcriptOf(t, "A talk", "http://here/chat/1", messages).split("\n\n")).toEqual([
    "# A talk",
    "<http://here/chat/1>",
    "## You",
    "Who?",
    "## Answer",
    "**Ada** [2]",
    "**Sources**",
    "- [2] Ada, p. 3 · Skills",
    "## You",
    "And\nthen?",
    "## Answer",
    "Half",
    "*Stopped. The text so far is kept.*",
    "## You",
    "Go on",
    "## Answer",
    expect.stringMatching(/^\*.+\*\n$/),
  ]);
});

it.each([
  ["Who knows C++ / Rust?", "Who-knows-C-Rust.md"],
  ["¿Quién habla árabe?", "Quién-habla-árabe.md"],
  ["../../etc/passwd", "etc-passwd.md"],
  ["🦀", "conversation.md"],
  ["漢".repeat(99), `${"漢".repeat(60)}.md`],
])("%j becomes a file called %j", (title, name) => expect(fileName(title)).toBe(name));
