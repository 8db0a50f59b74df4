/** Asks for the list of shortcuts from anywhere (the settings do); the frame of the page shows it. */
const listeners = new Set<() => void>();

export function showShortcuts(): void {
  for (const listener of listeners) listener();
}

export function onShortcutsWanted(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
