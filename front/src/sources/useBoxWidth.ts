/** The width of an element in CSS pixels, as it changes; 0 before it is there. Put `ref` on it. */
import { useEffect, useState, type RefCallback } from "react";

export function useBoxWidth(): [ref: RefCallback<HTMLElement>, width: number] {
  const [element, ref] = useState<HTMLElement | null>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [ref, width];
}
