import { decodeState } from "../../../../../functions/core/session/state/encoded-state.ts";
import type { SessionState, Stamp } from "../../../../../functions/core/session/state/session-state.ts";
import type { SessionRecord } from "../../../../../functions/core/session/session.ts";
import { emptyState } from "../../../../../functions/core/session/state/states.ts";
import { SimulatedSite } from "./simulated-site.ts";
import { Violation, type WatchedStore } from "./watched-store.ts";

interface Sure {
  readonly loginFence: number;
  readonly stamp: Stamp;
  readonly value: unknown;
}

/** What all containers of a schedule share, and what must be true of it in the end. */
export class ScheduleWorld {
  readonly store: WatchedStore;
  readonly names: readonly string[];
  readonly site = new SimulatedSite();
  nowMs = 1_700_000_000_000;
  #count = 0;
  /** Per session and record the latest change that a container knows to be written. */
  readonly #sure = new Map<string, Map<string, Sure>>();

  /** Known-bad. */
  readonly refreshersDontLookAgain: boolean;

  constructor(store: WatchedStore, names: readonly string[], refreshersDontLookAgain: boolean) {
    this.refreshersDontLookAgain = refreshersDontLookAgain;
    this.store = store;
    this.names = names;
  }

  unique(): number {
    this.#count += 1;
    return this.#count;
  }

  stateIn({ sealed }: SessionRecord): SessionState {
    return sealed === undefined ? emptyState() : decodeState(sealed);
  }

  /** A container was told that these changes are written. */
  isSure(name: string, loginFence: number, changes: SessionState): void {
    const sure = this.#sure.get(name) ?? new Map<string, Sure>();
    this.#sure.set(name, sure);
    for (const [key, { stamp, value }] of Object.entries(changes.records)) {
      const before = sure.get(key);
      if (before === undefined || isAfter(stamp, before.stamp)) sure.set(key, { loginFence, stamp, value });
    }
  }

  /** No change that was written is lost, no deletion undone, and nothing of a login that is over is left. */
  async losesNothing(name: string): Promise<void> {
    const { loginFence } = await this.store.read(name);
    const { records } = await this.store.state(name);
    for (const [key, sure] of this.#sure.get(name) ?? []) {
      if (sure.loginFence !== loginFence) continue;
      const record = records[key];
      if (record === undefined) throw new Violation(`${key} of ${sure.stamp.writer} is lost`);
      if (isAfter(sure.stamp, record.stamp)) throw new Violation(`${key} of ${sure.stamp.writer} is overwritten`);
      if (sure.value === null && record.value !== null) throw new Violation(`${key} was deleted and is back`);
    }
    for (const [key, { stamp, value }] of Object.entries(records)) {
      if (value !== null && stamp.fence < loginFence) throw new Violation(`${key} of the login ${stamp.fence} is back`);
    }
  }
}

/** Written once more, not taken from the code under test. */
function isAfter(one: Stamp, other: Stamp): boolean {
  if (one.fence !== other.fence) return one.fence > other.fence;
  return one.atMs === other.atMs ? one.writer > other.writer : one.atMs > other.atMs;
}
