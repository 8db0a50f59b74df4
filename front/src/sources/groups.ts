/** The sources of an answer by candidate, in the order of their numbers. Two people of one name stay two. */
import type { Source } from "../api/types";

export interface Group {
  readonly key: string;
  readonly candidate: string;
  readonly sources: readonly Source[];
}

export function groupsOf(sources: readonly Source[]): Group[] {
  const groups = new Map<string, Source[]>();
  for (const source of [...sources].sort((one, other) => one.n - other.n)) {
    const group = groups.get(source.cv_id);
    if (group === undefined) groups.set(source.cv_id, [source]);
    else group.push(source);
  }
  return [...groups].map(([key, members]) => ({ key, candidate: members[0]?.candidate ?? "", sources: members }));
}
