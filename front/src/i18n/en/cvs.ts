/** English texts of `cvs/`. */
export const cvs = {} as const;
