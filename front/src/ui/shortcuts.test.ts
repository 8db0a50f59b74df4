// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { matches, SHORTCUTS, useShortcut, useTyped } from "./shortcuts";
import { hooked } from "./testing";

const pressed = (key: string, more: Partial<KeyboardEvent> = {}) => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

const press = (target: EventTarget, key: string, more: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
};

afterEach(() => document.querySelector("textarea")?.remove());

describe("matches", () => {
  it.each([
    ["Mod+K", pressed("k", { ctrlKey: true }), true],
    ["Mod+K", pressed("k", { metaKey: true }), true],
    ["Mod+K", pressed("K", { ctrlKey: true, shiftKey: true }), false],
    ["Mod+K", pressed("k"), false],
    ["Mod+K", pressed("k", { ctrlKey: true, altKey: true }), false],
    ["Mod+Shift+O", pressed("O", { ctrlKey: true, shiftKey: true }), true],
    ["Mod+Shift+O", pressed("o", { ctrlKey: true }), false],
    ["/", pressed("/"), true],
    ["/", pressed("/", { shiftKey: true }), true],
    ["/", pressed("/", { ctrlKey: true }), false],
    ["?", pressed("?", { shiftKey: true }), true],
    ["Escape", pressed("Escape"), true],
  ])("%s, %o: %s", (keys, event, yes) => expect(matches(keys, event)).toBe(yes));
});

describe("useShortcut", () => {
  it("runs, and keeps the browser from doing its own", () => {
    const run = vi.fn();
    hooked(() => useShortcut("Mod+K", run));
    expect(press(document.body, "k", { ctrlKey: true }).defaultPrevented).toBe(true);
    expect(run).toHaveBeenCalledOnce();
  });

  it("leaves a plain letter to whoever is writing, but not a combination", () => {
    const [slash, search] = [vi.fn(), vi.fn()];
    hooked(() => useShortcut("/", slash));
    hooked(() => useShortcut("Mod+K", search));
    const field = document.body.appendChild(document.createElement("textarea"));
    expect(press(field, "/").defaultPrevented).toBe(false);
    press(field, "k", { ctrlKey: true });
    expect(slash).not.toHaveBeenCalled();
    expect(search).toHaveBeenCalledOnce();
  });

  it("lets the one opened last have the key, and gives it back", () => {
    const [under, over] = [vi.fn(), vi.fn()];
    hooked(() => useShortcut("Escape", under));
    const { unmount } = hooked(() => useShortcut("Escape", over));
    press(document.body, "Escape");
    unmount();
    press(document.body, "Escape");
    expect([over.mock.calls.length, under.mock.calls.length]).toEqual([1, 1]);
  });

  it("does nothing while it is not active", () => {
    const run = vi.fn();
    hooked(() => useShortcut("Escape", run, false));
    press(document.body, "Escape");
    expect(run).not.toHaveBeenCalled();
  });
});

describe("useTyped", () => {
  const page = () => {
    const [take, help] = [vi.fn(), vi.fn()];
    hooked(() => useShortcut("?", help));
    hooked(() => useTyped(take));
    return { take, help };
  };

  it("hears a letter that nobody waits for, and leaves it to whoever takes the focus", () => {
    const { take } = page();
    for (const key of ["a", "ñ", "7", "😀"]) expect(press(document.body, key).defaultPrevented).toBe(false);
    expect(take).toHaveBeenCalledTimes(4);
  });

  it("hears nothing that somebody else does: fields, shortcuts, combinations, keys with a name, a space", () => {
    const { take, help } = page();
    press(document.body.appendChild(document.createElement("textarea")), "a");
    press(document.body, "?");
    press(document.body, "c", { ctrlKey: true });
    for (const key of ["Tab", "Enter", "F2", " "]) press(document.body, key);
    expect([take.mock.calls.length, help.mock.calls.length]).toEqual([0, 1]);
  });
});

it("no two entries of the list are the same keys", () => {
  expect(new Set(SHORTCUTS.map(({ keys }) => keys)).size).toBe(SHORTCUTS.length);
});
