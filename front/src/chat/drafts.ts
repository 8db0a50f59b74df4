/** What was written and not sent, per conversation, for as long as the tab lives. */
const name = (place: string): string => `chatbot.draft.${place}`;

export function draftOf(place: string): string {
  try {
    return sessionStorage.getItem(name(place)) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(place: string, text: string): void {
  try {
    if (text === "") sessionStorage.removeItem(name(place));
    else sessionStorage.setItem(name(place), text);
  } catch {
    // Without storage the draft lasts as long as the composer.
  }
}
