/** A textarea as high as its text, up to what its CSS allows. Most browsers do so by themselves (styles.css); for the others it is measured at every key. */
import { useLayoutEffect, type RefObject } from "react";

const BY_ITSELF = globalThis.CSS?.supports?.("field-sizing", "content") ?? false;

export function useGrowing(area: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null || BY_ITSELF) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [area, text]);
}
