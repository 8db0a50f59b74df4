/** The browser tab's title: what is shown, then the product; before it a sign that an answer is on its way, for who looks at another tab meanwhile. */
import { useEffect } from "react";
import { useT } from "../i18n/t";

export function useTitle(title: string | null | undefined, answering = false): void {
  const t = useT();
  const product = t("ui.product");
  useEffect(() => {
    document.title = title ? `${answering ? "… " : ""}${title} · ${product}` : product;
  }, [title, answering, product]);
}
