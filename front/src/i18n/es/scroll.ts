/** Spanish texts of `scroll/`. */
import type { Translation } from "../en";
import type { scroll as english } from "../en/scroll";

export const scroll: Translation<typeof english> = {
  "scroll.toBottom": "Ir al final de la conversación",
};
