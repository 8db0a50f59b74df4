/** English texts of `markdown/`. */
export const markdown = {
  "markdown.copy": "Copy",
  "markdown.copied": "Copied",
  "markdown.copyFailed": "Not copied",
  "markdown.code": "Code",
  "markdown.code.in": "Code: {language}",
  "markdown.table": "Table",
  "markdown.task.done": "Done",
  "markdown.task.open": "Not done",
  "markdown.image": "Image: {alt}",
  "markdown.image.unnamed": "Image",
  "markdown.cite": "Source {n}: {candidate}, page {page}",
  "markdown.footnote": "Footnote {n}",
  "markdown.footnotes": "Footnotes",
  "markdown.footnote.back": "Back to the text, footnote {n}",
} as const;
