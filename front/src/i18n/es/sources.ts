/** Spanish texts of `sources/`. */
import type { Translation } from "../en";
import type { sources as english } from "../en/sources";

export const sources: Translation<typeof english> = {};
