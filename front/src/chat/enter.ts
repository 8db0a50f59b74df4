/**
 * Whether a key press means "send": Enter without Shift, not while an input method is composing (there Enter takes the word), and not on a touch
 * screen, whose keyboard has no Shift+Enter for a new line.
 */
import type { KeyboardEvent } from "react";

const COMPOSING = 229; // the key code that Safari gives while it composes, one event too late for `isComposing`

export function sends(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.shiftKey || event.altKey) return false;
  if (event.nativeEvent.isComposing || event.nativeEvent.keyCode === COMPOSING) return false;
  return event.ctrlKey || event.metaKey || !matchMedia("(pointer: coarse)").matches;
}
