/**
 * The browser tab: its title is what is shown, then the product. For who looks at another tab meanwhile, title and icon say that an answer is on its way
 * (`…`), and that one has come that nobody has looked at yet (`(1)`).
 */
import { useEffect, useRef, useState } from "react";
import { useT } from "../i18n/t";

const SIGNS = { quiet: "", answering: "… ", arrived: "(1) " } as const;
const ICONS = { quiet: "/favicon.svg", answering: "/favicon-answering.svg", arrived: "/favicon-arrived.svg" } as const;

export function useTitle(title: string | null | undefined, answering = false): void {
  const t = useT();
  const product = t("ui.product");
  const arrived = useArrived(answering);
  const state = answering ? "answering" : arrived ? "arrived" : "quiet";
  useEffect(() => {
    document.title = title ? `${SIGNS[state]}${title} · ${product}` : product;
  }, [title, state, product]);
  useEffect(() => {
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon === null) return;
    icon.href = ICONS[state];
    return () => void (icon.href = ICONS.quiet);
  }, [state]);
}

/** An answer ended while nobody looked, and nobody has looked since. */
function useArrived(answering: boolean): boolean {
  const [arrived, setArrived] = useState(false);
  const before = useRef(answering);
  useEffect(() => {
    if (before.current && !answering && document.hidden) setArrived(true);
    before.current = answering;
  }, [answering]);
  useEffect(() => {
    const looked = () => !document.hidden && setArrived(false);
    document.addEventListener("visibilitychange", looked);
    return () => document.removeEventListener("visibilitychange", looked);
  }, []);
  return arrived;
}
