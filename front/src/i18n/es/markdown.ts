/** Spanish texts of `markdown/`. */
import type { Translation } from "../en";
import type { markdown as english } from "../en/markdown";

export const markdown: Translation<typeof english> = {
  "markdown.copy": "Copiar",
  "markdown.copied": "Copiado",
  "markdown.copyFailed": "No se pudo copiar",
  "markdown.code": "Código",
  "markdown.code.in": "Código: {language}",
  "markdown.table": "Tabla",
  "markdown.task.done": "Hecho",
  "markdown.task.open": "Pendiente",
  "markdown.image": "Imagen: {alt}",
  "markdown.image.unnamed": "Imagen",
  "markdown.cite": "Fuente {n}: {candidate}, página {page}",
  "markdown.footnote": "Nota {n}",
  "markdown.footnotes": "Notas",
  "markdown.footnote.back": "Volver al texto, nota {n}",
};
