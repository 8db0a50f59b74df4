/** English texts of `sources/`. */
export const sources = {} as const;
