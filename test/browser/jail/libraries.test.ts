import { chmod, readdir, readFile, realpath, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { launchChromium } from "../../../functions/browser/launch.ts";
import { liveMembers } from "../../../functions/browser/process-group.ts";
import { JAIL_SCRIPT, JAIL_UID, jailFolder, needsJail } from "./jail.ts";

/** What glibc and the compiler's runtime bring: in Lambda's Amazon Linux 2023 and in the barest Debian alike. */
const BASICS =
  /^(?:ld-linux-x86-64\.so\.2|lib(?:c|m|dl|pthread|rt|resolv)\.so\.\d+|libgcc_s\.so\.1|libnss_[a-z]+\.so\.2)$/u;
const SYSTEM_FOLDERS = ["/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/usr/lib64"];

/** The machine's own copies of the basics, by their real paths. */
async function basics(): Promise<string[]> {
  const found = await Promise.all(
    SYSTEM_FOLDERS.map(async (folder) => {
      const names = await readdir(folder).catch(() => [] as string[]);
      return names.filter((name) => BASICS.test(name)).map((name) => join(folder, name));
    }),
  );
  return found.flat();
}

test("in a root with nothing but glibc's basics and the layer, pages, screenshots, WebGL and PDF work; no other library is used", async ({
  skip,
}) => {
  await needsJail(skip);
  const [folder, root, temporary] = [await jailFolder(), await jailFolder(), await jailFolder()];
  const chromiumDir = process.env["SUBLET_CHROMIUM_DIR"] ?? "";
  const libraries = await Promise.all((await basics()).map(async (path) => [await realpath(path), path]));
  const plan = {
    uid: JAIL_UID,
    root,
    writable: [temporary],
    binds: [[await realpath(chromiumDir), "/opt/chromium"], [temporary, temporary], ...libraries],
    command: ["/opt/chromium/chromium"],
  };
  await writeFile(join(folder, "plan.json"), JSON.stringify(plan));
  // The launch is the project's own; its program enters the jail and then becomes Chromium.
  await writeFile(
    join(folder, "chromium"),
    `#!/bin/sh
umask 000; chmod -R a+rwX "$(dirname "$TMPDIR")"
exec env FONTCONFIG_PATH=/opt/chromium LD_LIBRARY_PATH=/opt/chromium/lib python3 ${JAIL_SCRIPT} "$(cat ${folder}/plan.json)" "$@"
`,
  );
  await chmod(join(folder, "chromium"), 0o755);
  const launched = await launchChromium({
    chromiumDir: folder,
    tempDir: temporary,
    rung: "zygote",
    deadlineMs: 20_000,
  });
  onTestFinished(() => launched.close(0));

  const page = await (await launched.browser.newContext()).newPage();
  await page.setContent("<canvas></canvas><p>text</p>");
  expect(await page.evaluate(() => document.querySelector("canvas")?.getContext("webgl") !== null)).toBe(true);
  expect((await page.screenshot()).length).toBeGreaterThan(1_000);
  expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");

  // Seen from outside, the jail's root is part of the paths.
  const mapped = (await mappedLibraries(launched.pid)).map((path) => path.replace(root, ""));
  const foreign = mapped.filter((path) => !path.startsWith("/opt/chromium/") && !BASICS.test(basename(path)));
  expect(foreign).toEqual([]);
  expect(mapped).toContain("/opt/chromium/lib/libnss3.so");
});

async function mappedLibraries(group: number): Promise<string[]> {
  const members = await liveMembers(group);
  const maps = await Promise.all(members.map(({ pid }) => readFile(`/proc/${pid}/maps`, "utf8").catch(() => "")));
  const paths = maps.flatMap((text) => [...text.matchAll(/\s(\/\S+\.so[.\d]*)$/gmu)].map(([, path]) => path as string));
  return [...new Set(paths)].toSorted();
}
