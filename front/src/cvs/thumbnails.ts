/**
 * First pages in small, drawn one after another, so that scrolling through many CVs stays smooth. What is drawn is kept (`KEPT` pictures, some 100 KB each);
 * what scrolled away before its turn is not drawn.
 */
import { openPdf } from "../sources/pdf";

const KEPT = 120;
const drawn = new Map<string, HTMLCanvasElement>();
let last: Promise<unknown> = Promise.resolve();

/** The picture at a width in CSS pixels, if it is there already. */
export function thumbnailAtHand(url: string): HTMLCanvasElement | null {
  return drawn.get(url) ?? null;
}

export function thumbnail(url: string, width: number, signal: AbortSignal): Promise<HTMLCanvasElement> {
  const turn = last.then(async () => {
    signal.throwIfAborted();
    return drawn.get(url) ?? keep(url, await draw(url, width));
  });
  last = turn.catch(() => undefined);
  return turn;
}

async function draw(url: string, width: number): Promise<HTMLCanvasElement> {
  const page = await (await openPdf(url)).getPage(1);
  const scale = (width / page.getViewport({ scale: 1 }).width) * Math.min(window.devicePixelRatio || 1, 2);
  const viewport = page.getViewport({ scale });
  const canvas = document.createElement("canvas");
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  await page.render({ canvas, viewport }).promise;
  page.cleanup();
  return canvas;
}

function keep(url: string, canvas: HTMLCanvasElement): HTMLCanvasElement {
  drawn.set(url, canvas);
  const oldest = drawn.keys().next().value;
  if (drawn.size > KEPT && oldest !== undefined) drawn.delete(oldest);
  return canvas;
}
