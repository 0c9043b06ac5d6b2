import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test, vi } from "vitest";

import {
  FORBIDDEN_ARGUMENTS,
  launchArguments,
  launchArgumentTable,
  RUNGS,
  type Rung,
} from "../../../functions/browser/launch-arguments.ts";
import { sweepLaunchFolders } from "../../../functions/browser/launch-folder.ts";
import { launchChromium, LaunchFailed, type LaunchedBrowser } from "../../../functions/browser/launch.ts";
import { liveMembers } from "../../../functions/browser/process-group.ts";
import { chromiumDir, temporaryFolder } from "./pool-fixture.ts";
import { wrappedChromium } from "./wrapped-chromium.ts";

async function launch(rung: Rung, directory = chromiumDir()): Promise<{ launched: LaunchedBrowser; tempDir: string }> {
  const tempDir = await temporaryFolder();
  const launched = await launchChromium({ chromiumDir: directory, tempDir, rung, deadlineMs: 15_000 });
  onTestFinished(() => launched.close(0));
  return { launched, tempDir };
}

async function commandLine(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").filter((part) => part !== "");
}

test.each(RUNGS)("rung %s runs with the list's own arguments and none that lets tenants mix", async (rung) => {
  const { launched } = await launch(rung);
  await launched.browser.newContext().then((context) => context.newPage());

  const [program, ...given] = await commandLine(launched.pid);
  expect(program).toBe(join(chromiumDir(), "chromium"));
  const userData = given.find((argument) => argument.startsWith("--user-data-dir="))?.split("=")[1] ?? "";
  expect(given).toEqual(launchArguments(rung, userData));
  // Chromium hands some of them down: none may appear in its children either.
  const members = await liveMembers(launched.pid);
  expect(members.length).toBeGreaterThan(1);
  const all = (await Promise.all(members.map(({ pid }) => commandLine(pid)))).flat();
  expect(all.filter((part) => FORBIDDEN_ARGUMENTS.some((forbidden) => part.startsWith(forbidden)))).toEqual([]);
});

test("known-bad twin: a forbidden argument shows on the command line", async () => {
  const directory = await wrappedChromium('exec "$CHROMIUM" "$@" --disable-web-security');
  const { launched } = await launch("zygote", directory);
  const given = await commandLine(launched.pid);
  expect(given.filter((part) => FORBIDDEN_ARGUMENTS.some((forbidden) => part.startsWith(forbidden)))).toEqual([
    "--disable-web-security",
  ]);
});

test("every argument that isn't for full builds is known to the program", async () => {
  const program = (await readFile(join(chromiumDir(), "chromium"))).toString("latin1");
  const names = RUNGS.flatMap((rung) => launchArgumentTable(rung))
    .filter(({ build }) => build === undefined)
    .map(({ argument }) => argument.replace(/^--/u, "").replace(/=.*$/u, ""));
  expect(names.filter((name) => !program.includes(name))).toEqual([]);
});

test("the browser sees five variables and no credentials", async () => {
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  vi.stubEnv("AWS_SESSION_TOKEN", "token");
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const { launched, tempDir } = await launch("zygote");
  const environment = (await readFile(`/proc/${launched.pid}/environ`, "utf8")).split("\0").filter(Boolean);
  const ofTheShell = new Set(["PWD", "OLDPWD", "SHLVL", "_"]);
  const names = environment.map((line) => line.slice(0, line.indexOf("="))).filter((name) => !ofTheShell.has(name));
  expect(new Set(names)).toEqual(new Set(["FONTCONFIG_PATH", "HOME", "LD_LIBRARY_PATH", "PATH", "TMPDIR"]));
  for (const name of ["HOME", "TMPDIR"]) {
    expect(environment.find((line) => line.startsWith(`${name}=`))).toContain(tempDir);
  }
});

test("core dumps are off in every process, renderers among them", async () => {
  const { launched } = await launch("zygote");
  await launched.browser.newContext().then((context) => context.newPage());
  for (const { pid } of await liveMembers(launched.pid)) {
    const limits = await readFile(`/proc/${pid}/limits`, "utf8");
    expect(/Max core file size\s+(\S+)\s+(\S+)/u.exec(limits)?.slice(1)).toEqual(["0", "0"]);
  }
});

test.each([0, 5_000])("close with %i ms of grace leaves no process and no folder", async (graceMs) => {
  const { launched, tempDir } = await launch("zygote");
  await launched.browser.newContext().then((context) => context.newPage());
  expect(await readdir(tempDir)).toHaveLength(1);
  await Promise.all([launched.close(graceMs), launched.close(graceMs)]);
  expect(await liveMembers(launched.pid)).toEqual([]);
  expect(await readdir(tempDir)).toEqual([]);
  // What is killed may still quit by itself, once its renderers are gone.
  const how = graceMs === 0 ? ["signal SIGKILL", "exit code 0"] : ["exit code 0"];
  expect(how).toContain(await launched.exited);
});

test("close ends a stopped browser", async () => {
  const { launched, tempDir } = await launch("zygote");
  process.kill(-launched.pid, "SIGSTOP");
  await launched.close(100);
  expect(await liveMembers(launched.pid)).toEqual([]);
  expect(await readdir(tempDir)).toEqual([]);
});

test("a program that dies says what it said last, and leaves nothing", async () => {
  const directory = await wrappedChromium(
    'head -c 100000 /dev/zero | tr "\\0" x >&2; echo no such library >&2; exit 7',
  );
  const tempDir = await temporaryFolder();
  const failed = launchChromium({ chromiumDir: directory, tempDir, rung: "zygote", deadlineMs: 15_000 });
  const error = await failed.then(
    () => undefined,
    (reason: unknown) => reason as LaunchFailed,
  );
  expect(error).toBeInstanceOf(LaunchFailed);
  expect(error?.message).toBe("the browser ended: exit code 7");
  expect(error?.stderrTail).toMatch(/no such library$/u);
  expect(error?.stderrTail.length).toBeLessThanOrEqual(4_096);
  expect(await readdir(tempDir)).toEqual([]);
});

test("a program that never answers is killed at the deadline", async () => {
  const directory = await wrappedChromium("exec sleep 600");
  const tempDir = await temporaryFolder();
  const failed = launchChromium({ chromiumDir: directory, tempDir, rung: "zygote", deadlineMs: 200 });
  await expect(failed).rejects.toThrow("launching the browser took longer than 200 ms");
  expect(await readdir(tempDir)).toEqual([]);
});

test("the sweep removes folders of dead processes and no others", async () => {
  const { tempDir } = await launch("zygote");
  const [own] = await readdir(tempDir);
  const reusedPid = `sublet-browser-${process.pid}-1-abc`;
  await Promise.all(["sublet-browser-4194301-5-abc", reusedPid, "other"].map((name) => mkdir(join(tempDir, name))));
  expect(new Set(await sweepLaunchFolders(tempDir))).toEqual(new Set(["sublet-browser-4194301-5-abc", reusedPid]));
  expect(new Set(await readdir(tempDir))).toEqual(new Set(["other", own]));
});
