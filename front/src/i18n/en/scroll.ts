/** English texts of `scroll/`. */
export const scroll = {
  "scroll.toBottom": "To the end of the conversation",
} as const;
