import { spawn } from "node:child_process";
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
  const ended = new Promise<number | "not started" | null>((resolve) => {
    child.once("error", () => resolve("not started"));
    child.once("close", resolve);
  });
  // A program that isn't there leaves its pipes torn.
  const [out, said] = [child.stdout, child.stderr].map((stream) => text(stream).catch(() => "")) as [
    Promise<string>,
    Promise<string>,
  ];
  const code = await ended;
  if (code === "not started") return skipLoudly(skip, `There is no ${PYTHON} here.`);
  if (code === NO_RIGHT) return skipLoudly(skip, (await said).trim());
  if (code !== 0) throw new Error(`The jailed command ended with ${code}: ${await said}`);
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
