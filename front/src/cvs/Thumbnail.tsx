/** A CV's first page in small, drawn when it comes near the screen. Until then, and if it cannot be drawn: a sheet with the person's initials. */
import { useEffect, useRef, useState } from "react";
import type { Cv } from "../api/types";
import { thumbnail, thumbnailAtHand } from "./thumbnails";

const WIDTH = 96;
const SETTLED_MS = 120; // what is only scrolled past is not drawn

export function Thumbnail({ cv }: { cv: Cv }) {
  const box = useRef<HTMLSpanElement>(null);
  const [near, setNear] = useState(false);
  const [there, setThere] = useState(false);

  useEffect(() => {
    if (box.current === null) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.some((entry) => entry.isIntersecting)), { rootMargin: "200px" });
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!near || there || element === null) return;
    const stop = new AbortController();
    const put = (picture: HTMLCanvasElement) => {
      if (stop.signal.aborted) return;
      element.querySelector("canvas")?.remove();
      element.append(copyOf(picture));
      setThere(true);
    };
    const atHand = thumbnailAtHand(cv.pdf_url);
    if (atHand !== null) put(atHand);
    const timer = atHand === null ? setTimeout(() => thumbnail(cv.pdf_url, WIDTH, stop.signal).then(put, () => undefined), SETTLED_MS) : undefined;
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [near, there, cv.pdf_url]);

  return (
    <span
      ref={box}
      aria-hidden="true"
      className="relative block self-start aspect-[1/1.414] w-20 shrink-0 overflow-hidden rounded-md border border-line bg-white sm:w-24"
    >
      <span className="grid size-full place-items-center bg-[#f4f2ee] text-lg font-semibold tracking-wide text-[#6b665c]">{initials(cv.candidate)}</span>
    </span>
  );
}

/** A canvas stands in one place only, and the same CV may be seen twice. */
function copyOf(picture: HTMLCanvasElement): HTMLCanvasElement {
  const copy = document.createElement("canvas");
  copy.className = "absolute inset-0 size-full animate-fade object-cover object-top dark:[filter:brightness(0.9)]";
  copy.width = picture.width;
  copy.height = picture.height;
  copy.getContext("2d")?.drawImage(picture, 0, 0);
  return copy;
}

export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /\p{L}/u.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word) => word?.match(/\p{L}/u)?.[0] ?? "").join("").toLocaleUpperCase();
}
