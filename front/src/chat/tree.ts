/**
 * What of a conversation is on the screen. Pure.
 *
 * A conversation is a tree: answers given again and questions edited are siblings. Shown is one way through it: by default the one that leads to what is
 * newest, else as the reader chose at each fork. Besides the stored messages there are answers being written (`LiveRun`) and questions on their way
 * (`Outgoing`); both stand where they will be when they are stored, and under the same keys, so nothing is drawn anew when they are.
 */
import type { Failure, Message, Source } from "../api/types";
import { isFinal, type LiveRun, type LiveStatus } from "../run/reduce";
import type { Outgoing } from "./outbox";

/** Alternatives at one place: `index` counts from 0; `before` and `after` are what the switcher leads to. */
export interface Siblings {
  readonly fork: string;
  readonly index: number;
  readonly count: number;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Question extends Siblings {
  readonly kind: "question";
  readonly id: string;
  readonly text: string;
  readonly parentId: string | null;
  /** Not stored yet. */
  readonly outgoing: Outgoing | null;
}

export interface Answer extends Siblings {
  readonly kind: "answer";
  readonly id: string;
  readonly status: LiveStatus;
  /** Of one that grows, as it was a moment ago: `useGrowingText` has all of it. */
  readonly text: string;
  readonly sources: readonly Source[] | null;
  readonly error: Failure | null;
  /** Null while it waits in line and only the server knows its run. */
  readonly runId: string | null;
  readonly takenOver: LiveRun["takenOver"];
}

export type Turn = Question | Answer;
/** The reader's choice at each fork: the id of the parent (`ROOT` for none) to the id of the child. */
export type Choice = ReadonlyMap<string, string>;

export const ROOT = "root";
const NONE: Siblings = { fork: ROOT, index: 0, count: 1, before: null, after: null };

type Node = Turn & { up: string | null };

/** `messages` may begin anywhere: then so does what is shown. */
export function shownTurns(messages: readonly Message[], runs: readonly LiveRun[], outgoing: readonly Outgoing[], choice: Choice): readonly Turn[] {
  const nodes = nodesOf(messages, runs, outgoing);
  const children = new Map<string, string[]>();
  for (const node of nodes.values()) {
    const fork = node.up ?? ROOT;
    children.set(fork, [...(children.get(fork) ?? []), node.id]);
  }
  const newest = newestBelow(nodes, children);
  let top = [...nodes.values()].at(-1);
  for (let up = top?.up; up != null; up = top?.up) {
    const above = nodes.get(up);
    if (above === undefined) break;
    top = above;
  }
  if (top === undefined) return [];
  const turns: Turn[] = [];
  for (let fork: string | undefined = top.up ?? ROOT; fork !== undefined; ) {
    const ids: string[] = children.get(fork) ?? [];
    const chosen = choice.get(fork);
    const id = chosen !== undefined && ids.includes(chosen) ? chosen : ids.toSorted((a, b) => newest.get(a)! - newest.get(b)!).at(-1);
    const node = id === undefined ? undefined : nodes.get(id);
    if (node === undefined) break;
    const index = ids.indexOf(node.id);
    const { up: _, ...turn } = node;
    turns.push({ ...turn, fork, index, count: ids.length, before: ids[index - 1] ?? null, after: ids[index + 1] ?? null });
    fork = node.id;
  }
  return turns;
}

/** Whether more will come of an answer. */
export function isGrowing(turn: Turn): boolean {
  return turn.kind === "answer" && (turn.status === "queued" || turn.status === "waiting" || turn.status === "streaming");
}

/** Whether two turns look the same, so that the one on the screen can stay. */
export function sameTurn(a: Turn, b: Turn): boolean {
  const keys = Object.keys(a) as (keyof Turn)[];
  return keys.length === Object.keys(b).length && keys.every((key) => Object.is(a[key], b[key]));
}

/** By id, in the order in which they came to be: parents before children. */
function nodesOf(messages: readonly Message[], runs: readonly LiveRun[], outgoing: readonly Outgoing[]): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const add = (node: Node): void => void nodes.set(node.id, node);
  const answered = new Set<string | null>();
  for (const message of messages) {
    if (message.role === "user") add(question(message));
    else {
      add(answer(message));
      answered.add(message.parent_id);
    }
  }
  const unfinished = runs.some((run) => !isFinal(run));
  for (const run of runs) {
    if (run.questionId === null || (run.answerId !== null && nodes.has(run.answerId))) continue;
    add(liveAnswer(run));
    answered.add(run.questionId);
  }
  for (const message of messages) {
    // Asked in another tab, or before a reload, while an earlier answer was being written: its run is in the queue.
    if (unfinished && message.role === "user" && !answered.has(message.message_id)) add(waitingAnswer(message.message_id));
  }
  for (const one of outgoing) add(outgoingQuestion(one));
  return nodes;
}

function question(message: Message): Node {
  const { message_id: id, parent_id: parentId, content: text } = message;
  return { ...NONE, kind: "question", id, text, parentId, outgoing: null, up: parentId };
}

function outgoingQuestion(outgoing: Outgoing): Node {
  const up = outgoing.shownAfter;
  return { ...NONE, kind: "question", id: outgoing.key, text: outgoing.text, parentId: up, outgoing, up };
}

function answer(message: Message): Node {
  const { message_id: id, content: text, status, sources, error, run_id: runId, parent_id: up } = message;
  return { ...NONE, kind: "answer", id, text, status, sources, error, runId, takenOver: null, up };
}

function liveAnswer(run: LiveRun): Node {
  const { text, status, sources, error, runId, takenOver } = run;
  return { ...NONE, kind: "answer", id: run.answerId ?? runId, text, status, sources, error, runId, takenOver, up: run.questionId };
}

function waitingAnswer(questionId: string): Node {
  const id = `waiting:${questionId}`;
  return { ...NONE, kind: "answer", id, text: "", status: "queued", sources: null, error: null, runId: null, takenOver: null, up: questionId };
}

/** For each node the place of the newest one under it: the higher, the newer. */
function newestBelow(nodes: ReadonlyMap<string, Node>, children: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const newest = new Map([...nodes.keys()].map((id, place) => [id, place]));
  // Parents before children. The map's own order is not that: a question that waits is stored before the answer that it follows.
  const order = [...nodes.values()].filter((node) => node.up === null || !nodes.has(node.up));
  for (const node of order) for (const id of children.get(node.id) ?? []) order.push(nodes.get(id)!);
  for (const { id, up } of order.reverse()) if (up !== null && newest.has(up)) newest.set(up, Math.max(newest.get(up)!, newest.get(id)!));
  return newest;
}
