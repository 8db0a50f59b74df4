/**
 * What the events of a run amount to. Pure: the same events give the same state, live or replayed, in any cut.
 *
 * `apply` takes events in the order of `seq` and says what it made of each: `applied`, `duplicate` (seen already; the state is the same object), or
 * `gap` (something before it is missing; the state is the same object, and the caller reads again from `lastSeq`). Every event type of the API
 * has a case here: a new one in `schema.d.ts` does not compile until it has.
 *
 * The text is kept as one string, which JavaScript engines append to in constant time; only `restarted` counts its code points.
 */
import type { components } from "../api/schema";
import type { ActiveRun, Failure, Source } from "../api/types";

type Schemas = components["schemas"];

/** The data of each event type, as §3 of the protocol lists them. */
interface EventData {
  started: Schemas["StartedEvent"];
  sources: Schemas["SourcesEvent"];
  token: Schemas["TokenEvent"];
  restarted: Schemas["RestartedEvent"];
  final: Schemas["FinalEvent"];
  error: Schemas["ErrorEvent"];
  done: Schemas["DoneEvent"];
}

export type EventType = Schemas["RunEventFrame"]["event"];

/** One event of a run. Indexing `EventData` by the API's own list makes a type that is missing above a compile error. */
export type RunEvent = { [T in EventType]: { type: T; data: EventData[T] } }[EventType];

/** An event with its place: `seq` is 1, 2, 3 … within the run. */
export type StoredEvent = RunEvent & { runId: string; seq: number };

/** `queued`: nobody has it. `waiting`: an executor has it, no text yet. `streaming`: text comes. The rest is final. */
export type LiveStatus = "queued" | "waiting" | "streaming" | "done" | "cancelled" | "failed";

export interface LiveRun {
  readonly runId: string;
  /** The id under which the answer is, or will be, stored; null until `started` or the server's snapshot tells. */
  readonly answerId: string | null;
  /** The user's message that is answered, where known: events do not carry it. */
  readonly questionId: string | null;
  readonly attempt: number;
  readonly model: string | null;
  readonly status: LiveStatus;
  readonly text: string;
  /** Null until the run has said what it rests on; empty when it rests on nothing. */
  readonly sources: readonly Source[] | null;
  readonly error: Failure | null;
  readonly finishReason: string | null;
  /** Another executor took the run over; what became of the text. */
  readonly takenOver: "kept" | "dropped" | null;
  readonly lastSeq: number;
  /** The `final` text was not what the tokens gave. It wins; this must never be true. */
  readonly mismatch: boolean;
}

export type Outcome = "applied" | "duplicate" | "gap";

export interface Applied {
  readonly state: LiveRun;
  readonly outcome: Outcome;
}

export function emptyRun(runId: string, known: { answerId?: string; questionId?: string } = {}): LiveRun {
  return {
    runId,
    answerId: known.answerId ?? null,
    questionId: known.questionId ?? null,
    attempt: 0,
    model: null,
    status: "queued",
    text: "",
    sources: null,
    error: null,
    finishReason: null,
    takenOver: null,
    lastSeq: 0,
    mismatch: false,
  };
}

/** The state that the server's snapshot of an unfinished run stands for: what its events up to `last_seq` would have given. */
export function fromSnapshot(run: ActiveRun): LiveRun {
  const begun = run.last_seq > 0 || run.status === "running";
  return {
    ...emptyRun(run.run_id, { answerId: run.answer_id, questionId: run.message_id }),
    status: run.text !== "" ? "streaming" : begun ? "waiting" : "queued",
    text: run.text,
    sources: run.sources.length > 0 ? run.sources : null,
    lastSeq: run.last_seq,
  };
}

export function isFinal(run: LiveRun): boolean {
  return run.status === "done" || run.status === "cancelled" || run.status === "failed";
}

export function apply(state: LiveRun, event: StoredEvent): Applied {
  if (event.seq <= state.lastSeq) return { state, outcome: "duplicate" };
  if (event.seq > state.lastSeq + 1) return { state, outcome: "gap" };
  return { state: { ...step(state, event), lastSeq: event.seq }, outcome: "applied" };
}

function step(state: LiveRun, event: RunEvent): LiveRun {
  switch (event.type) {
    case "started":
      return {
        ...state,
        attempt: event.data.attempt,
        model: event.data.model,
        answerId: event.data.message_id,
        status: state.text === "" ? "waiting" : "streaming",
      };
    case "sources":
      return { ...state, sources: event.data.sources };
    case "token":
      return { ...state, text: state.text + event.data.text, status: "streaming" };
    case "restarted":
      return restarted(state, event.data);
    case "final":
      return {
        ...state,
        text: event.data.text,
        sources: event.data.sources,
        finishReason: event.data.finish_reason,
        mismatch: event.data.text !== state.text,
      };
    case "error":
      return { ...state, error: event.data };
    case "done":
      return { ...state, status: ended(event.data.status) };
    default:
      return passedOver(state, event);
  }
}

function restarted(state: LiveRun, data: EventData["restarted"]): LiveRun {
  const text = firstCodePoints(state.text, data.keep);
  return {
    ...state,
    attempt: data.attempt,
    text,
    status: text === "" ? "waiting" : "streaming",
    takenOver: text === state.text ? "kept" : "dropped",
  };
}

/** The first `count` Unicode code points: a character beyond the BMP is one, though JavaScript stores it as two units. */
export function firstCodePoints(text: string, count: number): string {
  if (count >= text.length) return text;
  let units = 0;
  for (let taken = 0; taken < count && units < text.length; taken += 1) {
    units += (text.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, units);
}

/** `done` carries a final status; were it anything else, the run has ended all the same. */
function ended(status: EventData["done"]["status"]): LiveStatus {
  return status === "cancelled" || status === "failed" ? status : "done";
}

/** Not reachable for the types known when this was compiled. A newer server's event moves the cursor and changes nothing else. */
function passedOver(state: LiveRun, _event: never): LiveRun {
  return state;
}
