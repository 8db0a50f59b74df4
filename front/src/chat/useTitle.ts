/** The browser tab's title: what is shown, then the product. */
import { useEffect } from "react";
import { useT } from "../i18n/t";

export function useTitle(title: string | null | undefined): void {
  const t = useT();
  const product = t("ui.product");
  useEffect(() => {
    document.title = title ? `${title} · ${product}` : product;
  }, [title, product]);
}
