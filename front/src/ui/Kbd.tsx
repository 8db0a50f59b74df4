/** Keys as they are printed on the reader's keyboard: `Mod` is Ctrl, and ⌘ on a Mac. */
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const PRINTED: Record<string, string> = MAC
  ? { Mod: "⌘", Shift: "⇧", Enter: "↵", Escape: "Esc" }
  : { Mod: "Ctrl", Shift: "Shift", Enter: "Enter", Escape: "Esc" };

/** `Mod+Shift+O` as people read it. */
export function printed(keys: string): string {
  return keys
    .split("+")
    .map((key) => PRINTED[key] ?? key)
    .join(MAC ? "" : "+");
}

export function Kbd({ keys }: { keys: string }) {
  return (
    <kbd className="inline-flex gap-1">
      {keys.split("+").map((key) => (
        <kbd className="min-w-6 rounded-md border border-line bg-raised px-1.5 py-0.5 text-center font-sans text-xs text-muted" key={key}>
          {PRINTED[key] ?? key}
        </kbd>
      ))}
    </kbd>
  );
}
