/**
 * The line between browser and server: a TCP proxy that can be cut and mended, since a browser told to be offline keeps the loopback streams it has open.
 * It knows which connections follow a thread's or a run's events right now.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

const REQUEST = /(?:^|\r\n)(?:GET|POST|PATCH|DELETE|PUT) (\S+) HTTP\/1\.1\r\n/g;

const FOLLOWS = /\/events(\?|$)/;

export class Line {
  private readonly server: Server;
  /** Open connections, with what was asked last on each. */
  private readonly open = new Map<Socket, string>();
  /** Ends of the server whose bytes go nowhere any more. */
  private readonly far = new Set<Socket>();
  /** How often events were asked for. */
  asked = 0;
  private whole = true;
  private port = 0;

  private constructor(private readonly target: URL) {
    this.server = createServer((near) => this.accept(near));
  }

  static async to(url: string): Promise<Line> {
    const line = new Line(new URL(url));
    await new Promise<void>((resolve) => line.server.listen(0, "127.0.0.1", resolve));
    const address = line.server.address();
    line.port = typeof address === "object" && address !== null ? address.port : 0;
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that follow events now. */
  get streams(): number {
    return [...this.open.values()].filter((path) => FOLLOWS.test(path)).length;
  }

  /** Breaks every connection. With `until` mended, new ones are refused. */
  cut(until: "mended" | "now" = "mended"): void {
    this.whole = until === "now";
    for (const near of this.open.keys()) near.destroy();
  }

  /** Lets every connection there is die without a word: no byte comes any more, none is closed. New ones live. */
  still(): void {
    for (const far of this.far) far.unpipe().pause();
  }

  mend(): void {
    this.whole = true;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(near: Socket): void {
    if (!this.whole) return void near.destroy();
    this.open.set(near, "");
    const far = connect(Number(this.target.port), this.target.hostname);
    this.far.add(far);
    const end = (): void => {
      this.open.delete(near);
      this.far.delete(far);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.setNoDelay(true).on("error", end).on("close", end);
    near.on("data", (data) => {
      for (const [, path] of data.toString("latin1").matchAll(REQUEST)) {
        this.open.set(near, path ?? "");
        if (FOLLOWS.test(path ?? "")) this.asked += 1;
      }
    });
    near.pipe(far);
    far.pipe(near);
  }
}
