// What a peer reported, in order, and waiting for it with a deadline. Tests wait for conditions
// here and nowhere else; nothing sleeps.

const SHOWN_ON_FAILURE = 25;

function fits(entry, pattern) {
  if (typeof pattern === 'function') return pattern(entry);
  if (pattern === null || typeof pattern !== 'object') return Object.is(entry, pattern);
  if (entry === null || typeof entry !== 'object') return false;
  return Object.entries(pattern).every(([key, value]) => fits(entry[key], value));
}

export class Journal {
  entries = [];
  #name;
  #waiting = new Set();
  #ended;

  constructor(name) {
    this.#name = name;
  }

  add(entry) {
    const kept = { ...entry, seen: performance.now() };
    this.entries.push(kept);
    for (const waiter of this.#waiting) waiter.offer(kept);
  }

  /** Nothing more will come: whoever waits is told why. */
  end(reason) {
    this.#ended = reason;
    for (const waiter of this.#waiting) waiter.fail(`it ended: ${reason}`);
  }

  /** A place in the journal, to wait only for what comes after it. */
  mark() {
    return this.entries.length;
  }

  /** Every entry so far that fits. */
  all(pattern, since = 0) {
    return this.entries.slice(since).filter((entry) => fits(entry, pattern));
  }

  /**
   * The first entry from `since` on that fits `pattern` (an object to be found within the entry,
   * or a function), which may have come already. Fails after `within` ms, showing the last ones.
   */
  until(pattern, { within = 30_000, since = 0 } = {}) {
    const past = this.all(pattern, since)[0];
    if (past) return Promise.resolve(past);
    const wanted = typeof pattern === 'function' ? pattern.toString() : JSON.stringify(pattern);
    const stack = new Error().stack.split('\n').slice(2).join('\n');
    return new Promise((resolve, reject) => {
      const done = (finish, value) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        finish(value);
      };
      const waiter = {
        offer: (entry) => fits(entry, pattern) && done(resolve, entry),
        fail: (why) => done(reject, this.#failure(wanted, why, stack)),
      };
      const timer = setTimeout(() => waiter.fail(`not within ${within} ms`), within);
      this.#waiting.add(waiter);
      if (this.#ended !== undefined) waiter.fail(`it ended: ${this.#ended}`);
    });
  }

  #failure(wanted, why, stack) {
    const shown = this.entries.slice(-SHOWN_ON_FAILURE).map((entry) => `  ${JSON.stringify(entry).slice(0, 300)}`);
    const error = new Error(`${this.#name}: waited for ${wanted}, ${why}; the last reports:\n${shown.join('\n')}`);
    error.stack = `${error.message}\n${stack}`;
    return error;
  }
}
