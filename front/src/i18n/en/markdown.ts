/** English texts of `markdown/`. */
export const markdown = {} as const;
