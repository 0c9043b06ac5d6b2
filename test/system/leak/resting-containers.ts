import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { processesOf, signalAll } from "../../../chaos/stand/processes.ts";
import type { ContainerView } from "../../../local/runtime/container.ts";
import { signalTree } from "../../../local/runtime/process-tree.ts";
import type { SystemStack } from "../stack.ts";
import type { RestingFigures } from "./leak-check.ts";
import { HEAP_SIGNAL, LEAK_SIGNAL } from "./seeded-leak.ts";

const LOOK_EVERY_MS = 100;
/** A refill that the freeze cut short goes on in the thaw; so many looks alike in a row, and nothing is under way. */
const ALIKE = 5;
const KIB_PER_MIB = 1_024;
const REST_MAX_MS = 60_000;

const QUEUES = ["JobsQueueUrl", "ExpressQueueUrl", "SessionJobsQueueUrl"] as const;
/** What the containers of a stack are started with, so that they can be asked. */
export const PROBED = {
  NODE_OPTIONS: `--import=${new URL("leak-probe.ts", import.meta.url).href} --disable-warning=ExperimentalWarning`,
};

/** Settles when no message is left in a queue or a container's hands, and every container is frozen. */
async function untilFrozen(stack: SystemStack): Promise<void> {
  await until(async () => {
    const depths = await Promise.all(QUEUES.map((queue) => stack.depth(queue)));
    return depths.every((depth) => depth === 0) && stack.containers().every(isFrozen);
  }, "all containers to be frozen");
}

/** What the containers hold once all work is done. They are thawed for it, and frozen again. */
export async function figuresAtRest(stack: SystemStack): Promise<RestingFigures> {
  await untilFrozen(stack);
  const all: RestingFigures[] = [];
  for (const container of stack.containers()) {
    signalTree("SIGCONT", container.temporaryDirectory, container.pid);
    const { heapBytes } = await ask(stack, container, HEAP_SIGNAL, "heap");
    await untilStill(container);
    all.push(figuresOf(container, Number(heapBytes)));
    signalTree("SIGSTOP", container.temporaryDirectory, container.pid);
  }
  return all.reduce((one, other) => ({
    heapMiB: one.heapMiB + other.heapMiB,
    pssMiB: one.pssMiB + other.pssMiB,
    processes: one.processes + other.processes,
    handles: one.handles + other.handles,
    tempEntries: one.tempEntries + other.tempEntries,
    tempMiB: one.tempMiB + other.tempMiB,
  }));
}

/** Makes one container leak, for good. */
export async function seedLeak(stack: SystemStack): Promise<void> {
  const [container] = stack.containers();
  if (container === undefined) throw new Error("no container lives");
  signalTree("SIGCONT", container.temporaryDirectory, container.pid);
  await ask(stack, container, LEAK_SIGNAL, "leak");
  signalTree("SIGSTOP", container.temporaryDirectory, container.pid);
}

function figuresOf({ temporaryDirectory, ...container }: ContainerView, heapBytes: number): RestingFigures {
  const pids = processesOf({ temporaryDirectory, ...container }).map(({ pid }) => pid);
  const files = readdirSync(temporaryDirectory, { recursive: true, encoding: "utf8" });
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    heapMiB: heapBytes / 2 ** 20,
    pssMiB: sum(pids.map(pssKiB)) / KIB_PER_MIB,
    processes: pids.length,
    handles: sum(pids.map((pid) => orElse(() => readdirSync(`/proc/${pid}/fd`).length, 0))),
    tempEntries: files.length,
    tempMiB: sum(files.map((file) => orElse(() => statSync(join(temporaryDirectory, file)).size, 0))) / 2 ** 20,
  };
}

function pssKiB(pid: number): number {
  const rollup = orElse(() => readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "");
  return Number(/^Pss:\s+(\d+) kB$/mu.exec(rollup)?.[1] ?? 0);
}

async function ask(stack: SystemStack, { pid }: ContainerView, signal: NodeJS.Signals, probe: string) {
  const from = stack.lines.length;
  if (pid === undefined) throw new Error("the container's process has ended");
  signalAll([pid], signal);
  const answer = () => stack.lines.slice(from).find((line) => line["probe"] === probe && line["pid"] === pid);
  await until(async () => answer() !== undefined, `the probe's answer to ${signal}`);
  return answer() ?? {};
}

async function untilStill(container: ContainerView): Promise<void> {
  let last = "";
  let alike = 0;
  await until(async () => {
    const now = processesOf(container)
      .map(({ pid }) => pid)
      .join();
    alike = now === last ? alike + 1 : 0;
    last = now;
    return alike >= ALIKE;
  }, "a container's processes to stay the same");
}

function isFrozen(container: ContainerView): boolean {
  const processes = processesOf(container);
  return processes.length > 0 && processes.every(({ stopped }) => stopped);
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAtMs = Date.now() + REST_MAX_MS;
  while (!(await holds())) {
    if (Date.now() > giveUpAtMs) throw new Error(`waited ${REST_MAX_MS} ms for ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}

/** A process or a file may end between two looks. */
function orElse<Value>(read: () => Value, otherwise: Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
