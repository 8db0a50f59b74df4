/**
 * PDF files through pdf.js: its code and its worker are chunks of their own, from this server, loaded when the first page is shown.
 *
 * A file is read once and kept while it is in use and a little longer (`KEPT`), as readers go to and fro between sources. Nothing comes from outside:
 * fonts that a file does not carry are the system's own.
 */
import type { PDFDocumentProxy, PDFWorker } from "pdfjs-dist";

export type Pdf = PDFDocumentProxy;

/** What went wrong: the file is not there, or it cannot be read (now). */
export type PdfProblem = "gone" | "unreadable";

const KEPT = 6;
const files = new Map<string, Promise<Pdf>>();

/** pdf.js itself, downloaded once. */
export async function pdfjs() {
  const [library, code] = await Promise.all([import("pdfjs-dist"), import("pdfjs-dist/build/pdf.worker.min.mjs?url")]);
  library.GlobalWorkerOptions.workerSrc = code.default;
  return library;
}

/** One worker reads all files: left alone, pdf.js starts one for each, and a gallery of CVs would load a megabyte of code for every picture. */
let worker: PDFWorker | undefined;

/** The file at an address of this server. Who was refused may ask again: failures are not kept. */
export function openPdf(url: string): Promise<Pdf> {
  const known = files.get(url);
  files.delete(url);
  const file = known ?? read(url);
  files.set(url, file);
  for (const [oldest, old] of files) {
    if (files.size <= KEPT) break;
    files.delete(oldest);
    // Whoever still draws it has its pages; only a new look would fail, and that opens it anew.
    old.then((pdf) => setTimeout(() => void pdf.loadingTask.destroy(), 30_000), () => undefined);
  }
  return file;
}

export function problemOf(error: unknown): PdfProblem {
  return typeof error === "object" && error !== null && "status" in error && error.status === 404 ? "gone" : "unreadable";
}

async function read(url: string): Promise<Pdf> {
  try {
    const { getDocument, PDFWorker } = await pdfjs();
    worker ??= new PDFWorker();
    return await getDocument({ url, worker, isEvalSupported: false, enableXfa: false, stopAtErrors: false, verbosity: 0 }).promise;
  } catch (error) {
    files.delete(url);
    throw error;
  }
}
