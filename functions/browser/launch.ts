import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

import type { Browser } from "playwright-core";

import { connectSteered } from "./cdp/connect-steered.ts";
import { PipeTransport } from "./cdp/pipe-transport.ts";
import { BrowserDeadlineExceeded, withDeadline } from "./deadline.ts";
import { endFromTheLeaves } from "./health/process-ending.ts";
import { launchArguments, type Rung } from "./launch-arguments.ts";
import { createLaunchFolder, type LaunchFolder } from "./launch-folder.ts";
import { groupEnds, killGroup } from "./process-group.ts";
import { RecentText } from "./recent-text.ts";

const STDERR_TAIL_BYTES = 4_096;
const KILL_DEADLINE_MS = 5_000;
const EXIT_DETAIL_MS = 500;
/** What a killed browser gets for having its processes reaped. */
const LEAVES_FIRST_MS = 300;
/** Limits are set by the shell that becomes Chromium: Node can't. A crash then leaves no core file in /tmp. */
const WITHOUT_CORE_DUMPS = 'ulimit -c 0; exec "$@"';

export interface LaunchOptions {
  /** Folder with the program `chromium`, its libraries and fonts. */
  readonly chromiumDir: string;
  readonly tempDir: string;
  readonly rung: Rung;
  readonly deadlineMs: number;
}

export interface LaunchedBrowser {
  readonly browser: Browser;
  /** Also the id of its process group. */
  readonly pid: number;
  /** All that it writes is in here. */
  readonly folder: string;
  readonly rung: Rung;
  readonly launchMs: number;
  /** The last 4 KB that the browser wrote, for error messages. */
  stderrTail(): string;
  /** Settles with a description of how the browser's main process ended. Never rejects. */
  readonly exited: Promise<string>;
  /**
   * Asks it to quit, kills its whole process group when `graceMs` is over, waits for the group's end and removes its
   * folder. Idempotent and bounded; 0 kills what hasn't ended 0.3 s after the renderers were killed.
   */
  close(graceMs: number): Promise<void>;
}

/** A launch that didn't come up. `stderrTail` is what the browser said last. */
export class LaunchFailed extends Error {
  override readonly name = "LaunchFailed";
  readonly stderrTail: string;

  constructor(message: string, stderrTail: string, cause: unknown) {
    super(message, { cause });
    this.stderrTail = stderrTail;
  }
}

/**
 * Starts one Chromium in a process group and a folder of its own, and connects Playwright by pipe.
 * @throws LaunchFailed when it isn't up in time; nothing of it is left then
 */
export async function launchChromium(options: LaunchOptions): Promise<LaunchedBrowser> {
  const startedAtMs = performance.now();
  const folder = await createLaunchFolder(options.tempDir);
  const stderr = new RecentText(STDERR_TAIL_BYTES);
  const child = startProcess(options, folder);
  child.stderr?.on("data", (chunk: Buffer) => stderr.append(chunk));
  const exited = exitOf(child);
  const transport = new PipeTransport(child.stdio[3] as Writable, child.stdio[4] as Readable);

  let closing: Promise<void> | undefined;
  const close = (graceMs: number) => (closing ??= closeProcess(child, transport, exited, folder, graceMs));
  try {
    const connected = connectSteered(transport, { noDefaults: true, artifactsDir: folder.temp, timeout: 0 });
    const browser = await withDeadline(connected, options.deadlineMs, "launching the browser");
    return {
      browser,
      pid: child.pid as number,
      folder: folder.path,
      rung: options.rung,
      launchMs: performance.now() - startedAtMs,
      stderrTail: () => stderr.toString(),
      exited,
      close,
    };
  } catch (error) {
    // A pipe that breaks says little; the exit that goes with it says more.
    const how = error instanceof BrowserDeadlineExceeded ? undefined : await exitWithin(exited, EXIT_DETAIL_MS);
    await close(0);
    const message = error instanceof Error ? error.message : String(error);
    throw new LaunchFailed(how === undefined ? message : `the browser ended: ${how}`, stderr.toString(), error);
  }
}

async function exitWithin(exited: Promise<string>, ms: number): Promise<string | undefined> {
  return withDeadline(exited, ms, "the browser's exit").catch(() => undefined);
}

/** What Chromium sees of the environment: no credentials, no settings of ours. */
function browserEnvironment(chromiumDir: string, folder: LaunchFolder): Record<string, string> {
  return {
    FONTCONFIG_PATH: chromiumDir,
    HOME: folder.home,
    LD_LIBRARY_PATH: join(chromiumDir, "lib"),
    PATH: "/usr/bin:/bin",
    TMPDIR: folder.temp,
  };
}

function startProcess(options: LaunchOptions, folder: LaunchFolder): ChildProcess {
  const program = join(options.chromiumDir, "chromium");
  const command = ["-c", WITHOUT_CORE_DUMPS, "sh", program, ...launchArguments(options.rung, folder.userData)];
  return spawn("/bin/sh", command, {
    // A group of its own: one signal reaches every process of this browser, and none of ours.
    detached: true,
    cwd: folder.path,
    env: browserEnvironment(options.chromiumDir, folder),
    stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
  });
}

async function quitsWithin(pid: number, graceMs: number, quit: () => void): Promise<boolean> {
  quit();
  return groupEnds(pid, graceMs);
}

async function exitOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return signal === null ? `exit code ${code}` : `signal ${signal}`;
  } catch (error) {
    return `not started: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function closeProcess(
  child: ChildProcess,
  transport: PipeTransport,
  exited: Promise<string>,
  folder: LaunchFolder,
  graceMs: number,
): Promise<void> {
  const { pid } = child;
  const quit = () => transport.close();
  if (pid === undefined) quit();
  else {
    // Left to quit by itself, Chromium reaps its own children; a killed one's children are init's to reap.
    const ended =
      graceMs > 0 ? await quitsWithin(pid, graceMs, quit) : await endFromTheLeaves(pid, LEAVES_FIRST_MS, quit);
    if (!ended) killGroup(pid);
    await groupEnds(pid, KILL_DEADLINE_MS);
    await withDeadline(exited, KILL_DEADLINE_MS, "the browser's exit").catch(() => {});
  }
  child.stderr?.destroy();
  await folder.remove();
}
