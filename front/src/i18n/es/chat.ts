/** Spanish texts of `chat/`. */
import type { Translation } from "../en";
import type { chat as english } from "../en/chat";

export const chat: Translation<typeof english> = {};
