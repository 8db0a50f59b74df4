/**
 * Short messages at the top of the page, with at most one thing to do about them. A plain store: anything may show one, `Toasts` draws them.
 *
 * A toast goes by itself after `lasts` milliseconds and then `onGone` is called, unless its action was chosen. The clock stands still while the pointer
 * or the focus is on it.
 */
type Toast = { text: string; tone?: "plain" | "danger"; action?: { label: string; run: () => void }; lasts?: number; onGone?: () => void };
export type ShownToast = Toast & { id: number };

export const LASTS = 6000; // ms
const AT_MOST = 3; // on the screen at once; an older one goes

let shown: readonly ShownToast[] = [];
let count = 0;
const clocks = new Map<number, number>();
const listeners = new Set<() => void>();

/** Shows a toast; the id takes it away again. */
export function toast(what: Toast): number {
  const id = ++count;
  update([...shown, { ...what, id }]);
  wind(id, what.lasts ?? LASTS);
  while (shown.length > AT_MOST && shown[0]) dismiss(shown[0].id);
  return id;
}

/** Takes a toast away and lets it have its end. */
export function dismiss(id: number): void {
  take(id)?.onGone?.();
}

/** Does what the toast offers, instead of its end. */
export function act(id: number): void {
  take(id)?.action?.run();
}

/** Stops the clock of a toast that is being read. */
export function hold(id: number): void {
  clearTimeout(clocks.get(id));
}

/** Starts the clock again. */
export function release(id: number): void {
  const found = shown.find((one) => one.id === id);
  if (found) wind(id, found.lasts ?? LASTS);
}

export const toasts = (): readonly ShownToast[] => shown;

export function onToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function wind(id: number, after: number): void {
  clearTimeout(clocks.get(id));
  clocks.set(
    id,
    window.setTimeout(() => dismiss(id), after),
  );
}

function take(id: number): ShownToast | undefined {
  clearTimeout(clocks.get(id));
  clocks.delete(id);
  const found = shown.find((one) => one.id === id);
  if (found) update(shown.filter((one) => one.id !== id));
  return found;
}

function update(next: readonly ShownToast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}
