/** A PDF file for a component: being opened, there, or failed with what to say. */
import { useCallback, useEffect, useState } from "react";
import { openPdf, problemOf, type Pdf, type PdfProblem } from "./pdf";

export type PdfState = { status: "opening" } | { status: "open"; pdf: Pdf } | { status: "failed"; problem: PdfProblem; again: () => void };

export function usePdf(url: string): PdfState {
  const [attempt, setAttempt] = useState(0);
  const [state, setState] = useState<{ key: string; value: PdfState }>({ key: "", value: { status: "opening" } });
  const again = useCallback(() => setAttempt((count) => count + 1), []);
  const key = `${attempt} ${url}`;
  useEffect(() => {
    let wanted = true;
    openPdf(url).then(
      (pdf) => wanted && setState({ key, value: { status: "open", pdf } }),
      (error: unknown) => wanted && setState({ key, value: { status: "failed", problem: problemOf(error), again } }),
    );
    return () => {
      wanted = false;
    };
  }, [url, key, again]);
  return state.key === key ? state.value : { status: "opening" };
}
