import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

import type { ContainerView } from "../../local/runtime/container.ts";
import { PRISTINE } from "./compressed-time.ts";
import { processesOf, zombiesOf, type ProcessKind } from "./processes.ts";
import { JOB_QUEUES, type Stand } from "./stand.ts";

const LOOK_EVERY_MS = 100;
/** Chromium keeps a renderer in reserve for the next page. */
const SPARE_RENDERERS = 1;
const BROWSER_FOLDER = /^sublet-browser-/u;

/** What isn't back at the baseline within the limit; empty: everything is. */
export async function leftovers(stand: Stand, limitMs: number): Promise<readonly string[]> {
  const giveUpAtMs = Date.now() + limitMs;
  for (;;) {
    const left = await leftNow(stand);
    if (left.length === 0 || Date.now() >= giveUpAtMs) return left;
    await delay(LOOK_EVERY_MS);
  }
}

async function leftNow(stand: Stand): Promise<string[]> {
  const depths = await Promise.all(
    JOB_QUEUES.map(async (name) => ({ name, depth: await stand.queues.depth(stand.queueUrl(name)) })),
  );
  const queued = depths.flatMap(({ name, depth }) => (depth === 0 ? [] : [`${name} holds ${depth} messages`]));
  const held = (await stand.leases.listHeld(10)).map(({ key, fence }) => `${key} is held under fence ${fence}`);
  const containers = await Promise.all(stand.containers().map(leftInContainer));
  return [...queued, ...held, ...containers.flat()];
}

async function leftInContainer(container: ContainerView): Promise<string[]> {
  const processes = processesOf(container);
  const count = (kind: ProcessKind) => processes.filter((process) => process.kind === kind).length;
  const files = await readdir(container.temporaryDirectory).catch(() => [] as string[]);
  const folders = files.filter((name) => BROWSER_FOLDER.test(name)).length;
  const problems: string[] = [];
  const atMost = (what: string, found: number, limit: number) => {
    if (found > limit) problems.push(`${container.id} has ${found} ${what}, at most ${limit} at rest`);
  };
  atMost("browsers", count("browser"), 1);
  atMost("renderers", count("renderer"), PRISTINE + SPARE_RENDERERS);
  atMost("browser folders", folders, count("browser"));
  atMost("zombies", zombiesOf(container), 0);
  return problems;
}
