import { chmod, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

import { expect, test, type TestContext } from "vitest";

import { JAIL_UID, jailFolder, runInJail } from "./jail.ts";
import type { JailReport } from "./jailed-contexts.ts";

const ROOT = join(import.meta.dirname, "../../..");
const ELEVEN = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11];

/** @param more arguments that the program gets beside those of the project's own launch */
async function contextsInJail(skip: TestContext["skip"], more = ""): Promise<JailReport> {
  const folder = await jailFolder();
  // The project by a path of the jail's own: the jailed user may have no right to the folders above it.
  const project = join(folder, "project");
  const inside = (path: string) => join(project, relative(ROOT, path));
  const chromiumDir = inside(process.env["SUBLET_CHROMIUM_DIR"] ?? "");
  const scenario = inside(join(import.meta.dirname, "jailed-contexts.ts"));
  const browser = more === "" ? chromiumDir : await wrapped(folder, chromiumDir, more);
  const command = [inside(process.execPath), scenario, browser, folder];
  const out = await runInJail({ uid: JAIL_UID, writable: [folder], binds: [[ROOT, project]], command }, skip);
  return JSON.parse(out) as JailReport;
}

async function wrapped(folder: string, chromiumDir: string, more: string): Promise<string> {
  await symlink(join(chromiumDir, "lib"), join(folder, "lib"));
  await symlink(join(chromiumDir, "fonts.conf"), join(folder, "fonts.conf"));
  await writeFile(join(folder, "chromium"), `#!/bin/sh\nexec ${join(chromiumDir, "chromium")} "$@" ${more}\n`);
  await chmod(join(folder, "chromium"), 0o755);
  return folder;
}

test("as another user, with a read-only root, no /dev/shm and prctl(NO_NEW_PRIVS) refused, 12 contexts live apart: opened, used, closed in any order, and eleven don't notice that one's renderer crashed", async ({
  skip,
}) => {
  const report = await contextsInJail(skip);
  expect(report).toMatchObject({ uid: JAIL_UID, rootIsWritable: false, hasSharedMemoryFolder: false });
  // The best rung, without stepping down.
  expect(report).toMatchObject({ rung: "zygote", findings: [], opened: 12, crashed: 4 });
  expect(report.soundAfterCrash).toEqual(ELEVEN);
  expect(report.soundAfterEachClose).toEqual([
    [0, 1, 2, 3, 5, 7, 8, 9, 10, 11],
    [0, 1, 2, 3, 5, 7, 8, 9, 10],
    [1, 2, 3, 5, 7, 8, 9, 10],
    [1, 2, 3, 5, 7, 9, 10],
    [2, 3, 5, 7, 9, 10],
  ]);
  expect(report.soundAfterReopening).toBe(12);
}, 120_000);

test("known-bad twin: in the same jail a Chromium of one process doesn't keep contexts apart", async ({ skip }) => {
  // Its own self-test refuses it, on every rung, because a context sees another's cookies and storage.
  const alone = contextsInJail(skip, "--single-process");
  await expect(alone).rejects.toThrow(/No browser: zygote: isolates: context a doesn't see its own state alone/u);
}, 120_000);
