/** The newest items, bounded by their number and by their bytes together: one flood of long lines must not fill the memory. */
export class RingBuffer<Item extends { readonly byteLength: number }> {
  private items: Item[] = [];
  private bytes = 0;

  constructor(
    private readonly maximumItems: number,
    private readonly maximumBytes: number,
  ) {}

  get size(): number {
    return this.items.length;
  }

  push(item: Item): void {
    this.items.push(item);
    this.bytes += item.byteLength;
    while (this.items.length > this.maximumItems || (this.bytes > this.maximumBytes && this.items.length > 1)) {
      this.bytes -= this.items.shift()?.byteLength ?? 0;
    }
  }

  /** Oldest first. */
  toArray(): readonly Item[] {
    return this.items;
  }
}
