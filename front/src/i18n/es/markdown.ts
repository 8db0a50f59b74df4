/** Spanish texts of `markdown/`. */
import type { Translation } from "../en";
import type { markdown as english } from "../en/markdown";

export const markdown: Translation<typeof english> = {};
