/**
 * The most characters that a message may have. The server knows it and says it when it refuses one (422 `message_too_long`); from then on the composer
 * counts.
 */
import type { Outgoing } from "./outbox";
import type { Turn } from "./tree";

let known: number | null = null;

export function limitOf(undecided: Outgoing | null, turns: readonly Turn[]): number | null {
  const problems = [undecided?.problem, ...turns.map((turn) => (turn.kind === "question" ? turn.outgoing?.problem : null))];
  for (const problem of problems) {
    const said = problem?.code === "message_too_long" ? /at most (\d+)/.exec(problem.message)?.[1] : undefined;
    if (said !== undefined) known = Number(said);
  }
  return known;
}
