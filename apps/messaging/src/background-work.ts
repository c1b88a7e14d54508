const TICK_MS = 1000;

export type BackgroundWorkOptions<Item> = {
  /** Takes what is due, `room` items at most, from all other replicas for a while. */
  readonly claim: (room: number) => Promise<readonly Item[]>;
  readonly work: (item: Item) => Promise<void>;
  /** Items worked on side by side. */
  readonly atOnce: number;
  readonly failed: (error: unknown, item: Item | undefined) => void;
};

/** Works on rows of a table that fall due. What a crash leaves behind is due again once its claim is over. */
export class BackgroundWork<Item> {
  private timer: NodeJS.Timeout | undefined;
  private readonly underWay = new Set<Promise<void>>();
  private claiming: Promise<void> | undefined;
  private again = false;
  private stopping = false;

  constructor(private readonly options: BackgroundWorkOptions<Item>) {}

  start(): void {
    this.timer = setInterval(() => this.wake(), TICK_MS);
  }

  /** Something may be due. */
  wake(): void {
    if (this.stopping) return;
    this.again = true;
    this.claiming ??= this.claim()
      .catch((error: unknown) => this.options.failed(error, undefined))
      .finally(() => (this.claiming = undefined));
  }

  /** Claims nothing more and lets the work under way end. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await this.claiming;
    await Promise.all(this.underWay);
  }

  private async claim(): Promise<void> {
    while (this.again && this.underWay.size < this.options.atOnce) {
      this.again = false;
      const room = this.options.atOnce - this.underWay.size;
      const items = await this.options.claim(room);
      for (const item of items) this.begin(item);
      if (items.length === room) this.again = true;
    }
  }

  private begin(item: Item): void {
    const done = this.options
      .work(item)
      .catch((error: unknown) => this.options.failed(error, item))
      .finally(() => {
        this.underWay.delete(done);
        if (this.again) this.wake();
      });
    this.underWay.add(done);
  }
}
