/** One page of a PDF at a given width, with the cited passage marked. Tells whether it was found. */
import { useEffect, useRef, useState } from "react";
import { useT } from "../i18n/t";
import { drawPicture, drawText, type Mark } from "./draw";
import type { Pdf } from "./pdf";
import "./pdf.css";

interface PdfPageProps {
  pdf: Pdf;
  number: number;
  /** CSS pixels. */
  width: number;
  /** For screen readers: whose page it is. */
  title: string;
  /** What to mark; null for nothing. */
  snippet: string | null;
  onLooked?: ((found: boolean) => void) | undefined;
  onFailed: () => void;
}

/** DIN A4, until the page says what it is. */
const USUAL = Math.SQRT2;

export function PdfPage({ pdf, number, width, title, snippet, onLooked, onFailed }: PdfPageProps) {
  const t = useT();
  const canvas = useRef<HTMLCanvasElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const page = useRef<HTMLDivElement>(null);
  const [ratio, setRatio] = useState(USUAL);
  const [marks, setMarks] = useState<readonly Mark[]>([]);
  const [drawn, setDrawn] = useState(false);
  const told = useRef({ onLooked, onFailed });
  told.current = { onLooked, onFailed };

  useEffect(() => {
    setDrawn(false);
    setMarks([]);
  }, [pdf, number, snippet]);

  useEffect(() => {
    if (width <= 0 || canvas.current === null || layer.current === null) return;
    const stop = new AbortController();
    const failed = () => stop.signal.aborted || told.current.onFailed();
    pdf.getPage(number).then((page) => {
      const { width: across, height: down } = page.getViewport({ scale: 1 });
      if (!stop.signal.aborted) setRatio(down / across);
    }, failed);
    drawPicture(pdf, number, width, canvas.current, stop.signal).then(() => setDrawn(true), failed);
    drawText(pdf, number, width, layer.current, snippet, stop.signal).then(({ marks: found }) => {
      setMarks(found ?? []);
      told.current.onLooked?.(found !== null);
    }, failed);
    return () => stop.abort();
  }, [pdf, number, width, snippet]);

  const where = marks.map((mark) => mark.top).join();
  useEffect(() => {
    const shown = [...(page.current?.querySelectorAll<HTMLElement>(".pdf-mark") ?? [])];
    shown[0]?.scrollIntoView({ block: "center", inline: "nearest" });
    // Where the page is wider than the screen: the passage from the beginning of its lines.
    const [leftmost] = shown.sort((one, other) => one.offsetLeft - other.offsetLeft);
    leftmost?.scrollIntoView({ block: "nearest", inline: "start" });
  }, [where]);

  return (
    <div className="pdf-page" ref={page} style={{ width, height: width * ratio }} role="group" aria-label={t("sources.pageText", { page: number, title })} data-drawn={drawn || undefined}>
      <canvas ref={canvas} aria-hidden="true" />
      {marks.map((mark, index) => (
        <div key={index} className="pdf-mark" style={{ left: percent(mark.left), top: percent(mark.top), width: percent(mark.width), height: percent(mark.height) }} />
      ))}
      <div ref={layer} className="pdf-text" />
    </div>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}
