import { lstat, readdir, statfs } from "node:fs/promises";
import { join } from "node:path";

import type { BrowserSettings } from "../browser-settings.ts";
import type { PooledBrowser } from "../pooled-browser.ts";
import type { HealthRound } from "./health-watch.ts";

const EVERY_MS = 2_000;
const BYTES_PER_MIB = 1_048_576;

export interface TempRoomOptions {
  readonly settings: Pick<BrowserSettings, "tempDir" | "tempReserveMiB" | "tempPerContextMiB" | "tempBrowserMaxMiB">;
  readonly browsers: () => Iterable<PooledBrowser>;
  /** Replacement first. Idempotent. */
  readonly retire: (browser: PooledBrowser) => void;
}

export interface TempUse {
  /** Undefined where the file system doesn't tell. */
  readonly freeMiB: number | undefined;
  /** One more context may be opened: the reserve stays free, and each context there is may still take its part. */
  readonly enough: boolean;
}

/** Room in the folder that browsers write to, and what each browser takes of it. */
export class TempRoom implements HealthRound {
  readonly name = "temp";
  readonly everyMs = EVERY_MS;
  readonly #options: TempRoomOptions;
  #freeMiB: number | undefined;

  constructor(options: TempRoomOptions) {
    this.#options = options;
  }

  /** As of the last look; without one, or where the file system doesn't tell, there is enough. */
  use(): TempUse {
    const { tempReserveMiB, tempPerContextMiB } = this.#options.settings;
    const freeMiB = this.#freeMiB;
    if (freeMiB === undefined) return { freeMiB, enough: true };
    return { freeMiB, enough: freeMiB >= tempReserveMiB + tempPerContextMiB };
  }

  /** One statfs, and one walk through each launched browser's folder: a few hundred files. */
  async look(): Promise<void> {
    const { settings, browsers, retire } = this.#options;
    this.#freeMiB = await freeMiBOf(settings.tempDir);
    for (const browser of browsers()) {
      const { folder } = browser.running;
      if (folder === undefined || browser.state.kind !== "live") continue;
      if ((await takenBytes(folder)) > settings.tempBrowserMaxMiB * BYTES_PER_MIB) retire(browser);
    }
  }
}

async function freeMiBOf(directory: string): Promise<number | undefined> {
  const room = await statfs(directory).catch(() => undefined);
  return room && (room.bavail * room.bsize) / BYTES_PER_MIB;
}

/** What the files of a folder take on the disk, in bytes; what goes meanwhile counts as nothing. */
async function takenBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const taken = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return takenBytes(path);
      return entry.isFile() ? ((await lstat(path).catch(() => undefined))?.blocks ?? 0) * 512 : 0;
    }),
  );
  return taken.reduce((sum, bytes) => sum + bytes, 0);
}
