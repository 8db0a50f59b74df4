/** Draws one page of a PDF into a box: the picture, the text over it (to select, and for screen readers), and the marks of a passage between the two. */
import { findPassage, type Item } from "./passage";
import { pdfjs, type Pdf } from "./pdf";

/** What is cited, in a box of the page's size: fractions of its width and height. */
export interface Mark {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Drawing {
  /** Null if the passage is not on this page. */
  readonly marks: readonly Mark[] | null;
}

/** More pixels than this only cost memory. */
const MOST_PIXELS = 12_000_000;

export async function drawPicture(pdf: Pdf, number: number, width: number, canvas: HTMLCanvasElement, signal: AbortSignal): Promise<void> {
  const page = await pdf.getPage(number);
  signal.throwIfAborted();
  const natural = page.getViewport({ scale: 1 });
  const wanted = (width / natural.width) * Math.min(window.devicePixelRatio || 1, 3);
  const scale = Math.min(wanted, Math.sqrt(MOST_PIXELS / (natural.width * natural.height)));
  const viewport = page.getViewport({ scale });
  // Drawn aside and put in whole: the old picture stays until the new one is there.
  const sheet = document.createElement("canvas");
  sheet.width = Math.floor(viewport.width);
  sheet.height = Math.floor(viewport.height);
  const task = page.render({ canvas: sheet, viewport });
  const stop = () => task.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await task.promise;
  } finally {
    signal.removeEventListener("abort", stop);
  }
  signal.throwIfAborted();
  canvas.width = sheet.width;
  canvas.height = sheet.height;
  canvas.getContext("2d")?.drawImage(sheet, 0, 0);
  page.cleanup();
}

export async function drawText(pdf: Pdf, number: number, width: number, layer: HTMLElement, snippet: string | null, signal: AbortSignal): Promise<Drawing> {
  const { TextLayer } = await pdfjs();
  const page = await pdf.getPage(number);
  const viewport = page.getViewport({ scale: width / page.getViewport({ scale: 1 }).width });
  const content = await page.getTextContent();
  signal.throwIfAborted();
  layer.replaceChildren();
  layer.style.setProperty("--total-scale-factor", String(viewport.scale));
  const text = new TextLayer({ textContentSource: content, container: layer, viewport });
  await text.render();
  signal.throwIfAborted();
  const found = snippet === null ? null : findPassage(itemsOf(content), snippet);
  if (found === null) return { marks: null };
  const rectangles = found.pieces.flatMap(({ item, start, end }) => rectanglesOf(text.textDivs[item], start, end));
  return { marks: asMarks(rectangles, layer.getBoundingClientRect()) };
}

type Content = Awaited<ReturnType<Awaited<ReturnType<Pdf["getPage"]>>["getTextContent"]>>;

/** The text as the text layer has it: marks of structure are not text. */
function itemsOf(content: Content): Item[] {
  return content.items.flatMap((item) => ("str" in item ? [{ text: item.str, x: Number(item.transform[4]), y: Number(item.transform[5]) }] : []));
}

function rectanglesOf(element: HTMLElement | undefined, start: number, end: number): DOMRect[] {
  const node = element?.firstChild;
  if (!(node instanceof Text)) return [];
  const range = document.createRange();
  range.setStart(node, Math.min(start, node.length));
  range.setEnd(node, Math.min(end, node.length));
  return [...range.getClientRects()].filter((rectangle) => rectangle.width > 0);
}

/** Words of a line become one mark, so that a passage looks like one stroke of a pen a line. */
export function asMarks(rectangles: readonly Pick<DOMRect, "left" | "top" | "right" | "bottom">[], page: Pick<DOMRect, "left" | "top" | "width" | "height">): Mark[] {
  const lines: { left: number; top: number; right: number; bottom: number }[] = [];
  for (const { left, top, right, bottom } of [...rectangles].sort((one, other) => one.top - other.top || one.left - other.left)) {
    const height = bottom - top;
    const line = lines.find((each) => Math.min(each.bottom, bottom) - Math.max(each.top, top) > 0.6 * Math.min(height, each.bottom - each.top) && left - each.right < 2 * height && each.left - right < 2 * height);
    if (line === undefined) lines.push({ left, top, right, bottom });
    else {
      line.left = Math.min(line.left, left);
      line.right = Math.max(line.right, right);
      line.top = Math.min(line.top, top);
      line.bottom = Math.max(line.bottom, bottom);
    }
  }
  return lines.map((line) => ({
    left: (line.left - page.left) / page.width,
    top: (line.top - page.top) / page.height,
    width: (line.right - line.left) / page.width,
    height: (line.bottom - line.top) / page.height,
  }));
}
