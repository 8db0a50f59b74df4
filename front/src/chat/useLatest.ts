/** A function that stays the same object and always does what the newest one would: for handlers of memoised parts. */
import { useCallback, useLayoutEffect, useRef } from "react";

export function useLatest<A extends unknown[], R>(run: (...args: A) => R): (...args: A) => R {
  const latest = useRef(run);
  useLayoutEffect(() => {
    latest.current = run;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
