import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { onTestFinished } from "vitest";

import type { BrowserClock } from "../../../functions/browser/browser-clock.ts";
import type { BrowserEvent } from "../../../functions/browser/browser-event.ts";
import { createBrowserPool, type BrowserPool } from "../../../functions/browser/browser-pool.ts";
import { DEFAULT_BROWSER_SETTINGS, type BrowserSettings } from "../../../functions/browser/browser-settings.ts";
import type { ContextRequest } from "../../../functions/browser/context-lease.ts";
import { EVERYTHING } from "../../../functions/core/job/resource-policy.ts";
import type { Log } from "../../../functions/core/logging/log.ts";

export function chromiumDir(): string {
  const directory = process.env["SUBLET_CHROMIUM_DIR"];
  if (directory === undefined) throw new Error("SUBLET_CHROMIUM_DIR isn't set: test/setup/chromium-layer.ts does it");
  return directory;
}

/** A folder for this test's launches; must be empty again when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sublet-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface PoolFixture {
  readonly pool: BrowserPool;
  readonly tempDir: string;
  readonly events: readonly BrowserEvent[];
  /** The first event of this kind, past or to come. */
  readonly event: <Kind extends BrowserEvent["kind"]>(
    kind: Kind,
    nth?: number,
  ) => Promise<Extract<BrowserEvent, { kind: Kind }>>;
  /** Log lines of level warn and error. */
  readonly complaints: readonly string[];
  readonly foldersLeft: () => Promise<readonly string[]>;
}

export async function openPool(settings: Partial<BrowserSettings> = {}, clock?: BrowserClock): Promise<PoolFixture> {
  const tempDir = await temporaryFolder();
  const events: BrowserEvent[] = [];
  const complaints: string[] = [];
  const listeners = new Set<() => void>();
  const complain = (message: string) => void complaints.push(message);
  const log: Log = { debug: () => {}, info: () => {}, warn: complain, error: complain };
  const pool = createBrowserPool({
    settings: { ...DEFAULT_BROWSER_SETTINGS, chromiumDir: chromiumDir(), tempDir, ...settings },
    log,
    random: seededRandom(7),
    ...(clock ? { clock } : {}),
    onEvent: (event) => {
      events.push(event);
      for (const listener of listeners) listener();
    },
  });
  onTestFinished(() => pool.close());
  return {
    pool,
    tempDir,
    events,
    complaints,
    foldersLeft: () => readdir(tempDir),
    event: (kind, nth = 1) => {
      type Wanted = Extract<BrowserEvent, { kind: typeof kind }>;
      const found = () => events.filter((event): event is Wanted => event.kind === kind)[nth - 1];
      return new Promise((resolve) => {
        const look = () => {
          const event = found();
          if (!event) return;
          listeners.delete(look);
          resolve(event);
        };
        listeners.add(look);
        look();
      });
    },
  };
}

export function request(changes: Partial<ContextRequest> = {}): ContextRequest {
  return { profile: "default", resources: EVERYTHING, signal: new AbortController().signal, ...changes };
}

/** The current browser's pid, which is its process group's id too. */
export function pidOf(pool: BrowserPool): number {
  const pid = pool.status().current?.pid;
  if (pid === undefined) throw new Error("no browser is up");
  return pid;
}

/** mulberry32: the same numbers at each run. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shuffled<T>(values: readonly T[], random: () => number): T[] {
  return values
    .map((value) => ({ value, key: random() }))
    .toSorted((one, other) => one.key - other.key)
    .map(({ value }) => value);
}
