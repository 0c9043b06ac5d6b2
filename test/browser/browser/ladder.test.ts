import { readdir } from "node:fs/promises";

import { expect, onTestFinished, test } from "vitest";

import { launchByLadder } from "../../../functions/browser/ladder.ts";
import { RUNGS, type Rung } from "../../../functions/browser/launch-arguments.ts";
import { BrowserUnavailable } from "../../../functions/browser/launch-failures.ts";
import { launchChromium, type LaunchedBrowser } from "../../../functions/browser/launch.ts";
import { selfTest } from "../../../functions/browser/self-test.ts";
import { chromiumDir, temporaryFolder } from "./pool-fixture.ts";
import { wrappedChromium } from "./wrapped-chromium.ts";

async function ladder(directory: string) {
  const tempDir = await temporaryFolder();
  const launch = async (rung: Rung) => {
    const launched = await launchChromium({ chromiumDir: directory, tempDir, rung, deadlineMs: 15_000 });
    onTestFinished(() => launched.close(0));
    return launched;
  };
  const prove = ({ browser, rung }: LaunchedBrowser) =>
    selfTest(browser, { contexts: rung === "one-slot" ? "one" : "neighbours", stepDeadlineMs: 5_000 });
  return { tempDir, launch, run: () => launchByLadder({ launch, selfTest: prove }) };
}

test("the first rung holds here, and the self-test leaves nothing open", async () => {
  const { launched, rung, findings, launchMs } = await (await ladder(chromiumDir())).run();
  expect({ rung, findings }).toEqual({ rung: "zygote", findings: [] });
  expect(launchMs).toBeGreaterThan(launched.launchMs);
  expect(launched.browser.contexts().flatMap((context) => context.pages())).toEqual([]);
});

test.each(RUNGS)("rung %s passes the self-test by itself", async (rung) => {
  const { launch } = await ladder(chromiumDir());
  const { browser } = await launch(rung);
  expect(await selfTest(browser, { contexts: "neighbours", stepDeadlineMs: 5_000 })).toEqual([]);
});

test("known-bad twin: with --single-process the self-test finds the leak, and the ladder steps down to one slot", async () => {
  const { run } = await ladder(await wrappedChromium('exec "$CHROMIUM" "$@" --single-process'));
  const { rung, findings } = await run();
  expect(rung).toBe("one-slot");
  expect(findings.map((finding) => finding.rung)).toEqual(["zygote", "no-zygote"]);
  for (const { reason } of findings)
    expect(reason).toMatch(/doesn't see its own state alone: .*(?:fetch|storage) has/u);
});

test("a zygote that is refused steps down to no-zygote", async () => {
  const directory = await wrappedChromium(
    'case "$*" in *--no-zygote*) exec "$CHROMIUM" "$@";; *) echo zygote refused >&2; exit 1;; esac',
  );
  const { rung, findings } = await (await ladder(directory)).run();
  expect(rung).toBe("no-zygote");
  expect(findings).toEqual([
    { rung: "zygote", reason: "the browser ended: exit code 1", stderrTail: "zygote refused" },
  ]);
});

test("when no rung holds, each one's reason is told and nothing is left", async () => {
  const { tempDir, run } = await ladder(await wrappedChromium("echo libnss3.so missing >&2; exit 127"));
  const error = await run().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BrowserUnavailable);
  expect((error as BrowserUnavailable).failures).toEqual(
    RUNGS.map((rung) => ({ rung, reason: "the browser ended: exit code 127", stderrTail: "libnss3.so missing" })),
  );
  expect((error as BrowserUnavailable).message).toContain("libnss3.so missing");
  expect(await readdir(tempDir)).toEqual([]);
});
