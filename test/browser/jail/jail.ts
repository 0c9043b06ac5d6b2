import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { onTestFinished, type TestContext } from "vitest";

/** A user that is nobody else here, as Lambda's sandbox user is. */
export const JAIL_UID = 993;
const NO_RIGHT = 77;
const PYTHON = "python3";

export interface JailPlan {
  readonly uid: number;
  readonly writable: readonly string[];
  readonly binds: readonly (readonly [source: string, target: string])[];
  readonly root?: string;
  readonly command: readonly string[];
}

export const JAIL_SCRIPT = join(import.meta.dirname, "jail.py");

/** A folder that the jailed user may write to. */
export async function jailFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sublet-jail-"));
  await chmod(folder, 0o777);
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Runs a command in the jail and gives what it wrote. A test that can't have its jail on this machine (no Python, no right
 * to mount) is skipped, and says so.
 */
export async function runInJail(plan: JailPlan, skip: TestContext["skip"]): Promise<string> {
  const child = spawn(PYTHON, [JAIL_SCRIPT, JSON.stringify(plan)], { stdio: ["ignore", "pipe", "pipe"] });
  const missing = once(child, "error").then(() => "no python3 on this machine");
  const ended = once(child, "close") as Promise<[code: number | null]>;
  const [out, said] = [text(child.stdout), text(child.stderr)];
  const first = await Promise.race([missing, ended]);
  if (typeof first === "string") return skipLoudly(skip, first);
  if (first[0] === NO_RIGHT) return skipLoudly(skip, (await said).trim());
  if (first[0] !== 0) throw new Error(`The jailed command ended with ${first[0]}: ${await said}`);
  return out;
}

/** Whether this machine can have a jail at all. */
export async function needsJail(skip: TestContext["skip"]): Promise<void> {
  await runInJail({ uid: JAIL_UID, writable: [], binds: [], command: ["/bin/true"] }, skip);
}

function skipLoudly(skip: TestContext["skip"], reason: string): never {
  console.warn(`NOT PROVEN on this machine: Chromium under Lambda's constraints. ${reason}`);
  return skip(reason);
}
