import { describe, expect, it } from "vitest";
import { distance, Stick, type View } from "./stick";

/** A scroller without a browser: it clamps as browsers do, and tells the controller what a browser would. */
class Page {
  stick = new Stick();
  top = 0;
  constructor(
    public height: number,
    public client: number,
  ) {
    this.resize(height);
  }
  get view(): View {
    return { top: this.top, height: this.height, client: this.client };
  }
  get away(): number {
    return distance(this.view);
  }
  /** The content gets another height; `shift` is how far what is read was pushed. */
  resize(height: number, shift = 0, client = this.client): void {
    this.height = height;
    this.client = client;
    const clamped = Math.min(this.top, Math.max(0, height - client));
    const moved = clamped !== this.top;
    this.top = clamped;
    // Scroll events come before the size observers in a frame.
    if (moved) this.stick.scrolled(this.view);
    const goal = this.stick.resized(this.view, shift);
    if (goal !== null) this.write(goal);
  }
  write(top: number): void {
    this.top = top;
    this.stick.scrolled(this.view);
  }
  scrollBy(pixels: number): void {
    this.write(Math.min(Math.max(0, this.top + pixels), this.height - this.client));
  }
}

describe("following", () => {
  it("ends at the bottom after every growth", () => {
    const page = new Page(300, 500);
    for (let height = 300; height < 5000; height += 37) {
      page.resize(height);
      expect(page.away).toBe(0);
    }
  });

  it("lets go when the reader scrolls up, and stays where it is", () => {
    const page = new Page(2000, 500);
    page.scrollBy(-40);
    const { top } = page;
    for (let height = 2010; height < 4000; height += 10) page.resize(height);
    expect(page.top).toBe(top);
    expect(page.stick.following).toBe(false);
  });

  it("takes hold again at the bottom, not before", () => {
    const page = new Page(2000, 500);
    page.scrollBy(-600);
    page.scrollBy(300);
    expect(page.stick.following).toBe(false);
    page.scrollBy(290);
    expect(page.stick.following).toBe(true);
    page.resize(2400);
    expect(page.away).toBe(0);
  });

  it("a growth between two downward moves does not make a reader further up follow", () => {
    const page = new Page(2000, 500);
    page.scrollBy(-300);
    page.resize(2500);
    page.scrollBy(300);
    expect(page.stick.following).toBe(false);
  });
});

describe("what the browser does by itself", () => {
  it("a shrinking content (regenerate) clamps the view and is still followed", () => {
    const page = new Page(4000, 500);
    page.resize(900);
    expect(page.stick.following).toBe(true);
    page.resize(1600);
    expect(page.away).toBe(0);
  });

  it("a window that grows (the phone's keyboard goes) is still followed", () => {
    const page = new Page(4000, 300);
    page.resize(4000, 0, 700);
    expect(page.stick.following).toBe(true);
    expect(page.away).toBe(0);
    page.resize(4000, 0, 300);
    expect(page.away).toBe(0);
  });

  it("a reader further up is not moved by a shrinking content that leaves room", () => {
    const page = new Page(4000, 500);
    page.scrollBy(-3000);
    page.resize(3000);
    expect(page.top).toBe(500);
    expect(page.stick.following).toBe(false);
  });

  it("the controller's own writes are not the reader's", () => {
    const page = new Page(4000, 500);
    page.stick.scrolled(page.view);
    page.stick.scrolled(page.view);
    expect(page.stick.following).toBe(true);
  });

  it("a gliding way down, in many events, keeps following", () => {
    const page = new Page(4000, 500);
    page.scrollBy(-900);
    const goal = page.stick.toBottom(page.view);
    while (page.top < goal) page.scrollBy(Math.min(120, goal - page.top));
    expect(page.stick.following).toBe(true);
    page.resize(4300);
    expect(page.away).toBe(0);
  });
});

describe("the place of a reader further up", () => {
  it("is kept when older messages are put in front", () => {
    const page = new Page(2000, 500);
    page.scrollBy(-1500);
    expect(page.top).toBe(0);
    page.resize(3200, 1200);
    expect(page.top).toBe(1200);
    expect(page.stick.following).toBe(false);
  });

  it("is kept when messages above get their true height", () => {
    const page = new Page(9000, 500);
    page.scrollBy(-3000);
    const { top } = page;
    page.resize(9140, 140);
    page.resize(9080, -60);
    expect(page.top).toBe(top + 80);
  });

  it("is left alone when the browser has kept it already", () => {
    const page = new Page(9000, 500);
    page.scrollBy(-3000);
    const { top } = page;
    page.resize(9140, 0);
    expect(page.top).toBe(top);
  });
});

describe("the wish to go up", () => {
  it("holds before the first move: a growth in between does not pull the view down", () => {
    const page = new Page(4000, 500);
    page.stick.wishesUp(page.view);
    const { top } = page;
    page.resize(4100);
    expect(page.top).toBe(top);
    page.scrollBy(-5);
    page.stick.settled(page.view);
    expect(page.stick.following).toBe(false);
  });

  it("that moves nothing changes nothing", () => {
    const page = new Page(4000, 500);
    page.stick.wishesUp(page.view);
    page.stick.settled(page.view);
    expect(page.stick.following).toBe(true);
  });

  it("at the very top is none: there is nothing to go up to", () => {
    const page = new Page(400, 500);
    page.stick.wishesUp(page.view);
    page.resize(900);
    expect(page.away).toBe(0);
  });

  it("survives a clamp in the same moment", () => {
    const page = new Page(4000, 500);
    page.stick.wishesUp(page.view);
    page.resize(3990);
    page.scrollBy(-100);
    page.resize(4200);
    expect(page.stick.following).toBe(false);
  });
});

describe("a place that is come back to", () => {
  it("is not left when the content grows", () => {
    const page = new Page(4000, 500);
    page.top = 1200;
    page.stick.backAt(page.view);
    page.resize(4400);
    expect(page.top).toBe(1200);
    page.scrollBy(4000);
    page.resize(4800);
    expect(page.away).toBe(0);
  });

  it("at the end is the end", () => {
    const page = new Page(4000, 500);
    page.stick.backAt(page.view);
    page.resize(4400);
    expect(page.away).toBe(0);
  });
});
