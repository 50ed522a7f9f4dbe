/**
 * Values kept until somebody says they changed. Loads of one key are shared, and a load that was under way when its
 * key was invalidated is answered but not kept: it may have read what was true before.
 * A lifetime bounds the harm of a lost message between replicas.
 */
export class PushCache<Key, Value> {
  private readonly entries = new Map<Key, { value: Value; until: number }>();
  private readonly loads = new Map<Key, Promise<Value>>();

  constructor(
    private readonly options: { maximum: number; lifetimeMs: number },
    private readonly load: (key: Key) => Promise<Value>,
  ) {}

  /** The kept value without waiting, if there is one. */
  peek(key: Key): Value | undefined {
    return this.fresh(key)?.value;
  }

  /** The kept value at once, else a promise of it. `null` and `undefined` are values too ("there is none"). */
  get(key: Key): Value | Promise<Value> {
    const entry = this.fresh(key);
    return entry === undefined ? (this.loads.get(key) ?? this.start(key)) : entry.value;
  }

  invalidate(key: Key): void {
    this.entries.delete(key);
    this.loads.delete(key);
  }

  /** Forgets every value for which the predicate holds; loads under way are not kept. */
  invalidateWhere(predicate: (value: Value, key: Key) => boolean): void {
    for (const [key, entry] of this.entries) if (predicate(entry.value, key)) this.entries.delete(key);
    this.loads.clear();
  }

  clear(): void {
    this.entries.clear();
    this.loads.clear();
  }

  private fresh(key: Key): { value: Value } | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.until > Date.now()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private start(key: Key): Promise<Value> {
    const load = this.load(key).then(
      (value) => {
        if (this.loads.get(key) === load) this.keep(key, value);
        return value;
      },
      (error: unknown) => {
        if (this.loads.get(key) === load) this.loads.delete(key);
        throw error;
      },
    );
    this.loads.set(key, load);
    return load;
  }

  private keep(key: Key, value: Value): void {
    this.loads.delete(key);
    // A Map keeps insertion order: the first key is the oldest.
    this.entries.delete(key);
    if (this.entries.size >= this.options.maximum) this.entries.delete(this.entries.keys().next().value as Key);
    this.entries.set(key, { value, until: Date.now() + this.options.lifetimeMs });
  }
}
