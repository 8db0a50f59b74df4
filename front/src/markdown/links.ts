/** Which addresses an answer may link to: the web and mail, in full. Everything else (scripts, data, files, this server's own paths) is text. */
const ALLOWED = new Set(["http:", "https:", "mailto:"]);

export function safeHref(href: string | undefined): string | null {
  if (href === undefined) return null;
  try {
    const url = new URL(href);
    return ALLOWED.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
