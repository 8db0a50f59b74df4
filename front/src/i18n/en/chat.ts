/** English texts of `chat/`. */
export const chat = {} as const;
