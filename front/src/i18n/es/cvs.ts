/** Spanish texts of `cvs/`. */
import type { Translation } from "../en";
import type { cvs as english } from "../en/cvs";

export const cvs: Translation<typeof english> = {};
