import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";

import { nodeBinary } from "../../../local/runtime/node-binary.ts";
import { makeAssembly } from "./assembly-fixture.ts";
import { runningStack, type Noted } from "./running-stack.ts";

const WAIT = { timeout: 20_000, interval: 20 };

function pids(notes: string): number[] {
  return readFileSync(join(notes, "pids"), "utf8").split("\n").filter(Boolean).map(Number);
}

function state(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat[stat.lastIndexOf(")") + 2];
  } catch {
    return undefined;
  }
}

const alive = (notes: string) => pids(notes).filter((pid) => ![undefined, "Z"].includes(state(pid)));
const beats = (notes: string) =>
  readdirSync(notes)
    .filter((name) => name.startsWith("heartbeat"))
    .map((name) => statSync(join(notes, name)).size);

test("between invocations every process of the container stands still, its child in a group of its own too", async () => {
  const running = await runningStack({ containers: 1 });
  await running.send({ do: "ok" });
  await vi.waitFor(() => expect(running.reports()).toHaveLength(1), WAIT);
  await vi.waitFor(() => expect(pids(running.notes).map(state)).toEqual(["T", "T"]), WAIT);
  const before = beats(running.notes);
  // Several beats long: time itself is what's looked at here.
  await delay(200);
  expect(beats(running.notes)).toEqual(before);

  await running.send({ do: "ok" });
  await vi.waitFor(() => expect(running.reports()).toHaveLength(2), WAIT);
  // The same container went on where it stood.
  expect(pids(running.notes)).toHaveLength(2);
  const after = beats(running.notes);
  expect(after.every((size, index) => size >= (before[index] ?? 0))).toBe(true);
});

test("an invocation over the timeout is killed with all its processes, and the next one gets a new container", async () => {
  const running = await runningStack({ timeoutSeconds: 1, containers: 1, visibilitySeconds: 60 });
  await running.send({ do: "hang" });
  await vi.waitFor(() => expect(running.faults).toHaveLength(1), WAIT);
  expect(running.faults[0]).toContain("Task timed out after 1.00 seconds");
  expect(alive(running.notes)).toEqual([]);
  await running.send({ do: "ok" });
  await vi.waitFor(() => expect(running.reports()).toHaveLength(2), WAIT);
  expect(pids(running.notes)).toHaveLength(4);
});

test("a container whose process ended between two invocations is replaced, and no batch is lost over it", async () => {
  const running = await runningStack({ containers: 1, visibilitySeconds: 60 });
  await running.send({ do: "ok" });
  await vi.waitFor(() => expect(running.reports()).toHaveLength(1), WAIT);
  const [container] = running.stack.containers();
  if (container?.pid === undefined) throw new Error("a container that has answered lives");
  const [, child = 0] = pids(running.notes);
  process.kill(container.pid, "SIGKILL");
  // Its parent was its only tie to the container: nobody else could find it.
  process.kill(child, "SIGKILL");
  await vi.waitFor(() => expect(running.stack.containers()[0]?.pid).toBeUndefined(), WAIT);

  await running.send({ do: "ok" });
  await vi.waitFor(() => expect(running.reports()).toHaveLength(2), WAIT);
  expect(running.faults).toEqual([]);
  expect(running.stack.containers()).toEqual([expect.not.objectContaining({ id: container.id })]);
});

test("after close no process and no temporary folder is left, though one container was frozen and one at work", async () => {
  const running = await runningStack({ batchSize: 1 });
  await running.send({ do: "ok" }, { do: "wait", until: "never" });
  await vi.waitFor(() => expect(running.reports()).toHaveLength(1), WAIT);
  await vi.waitFor(() => expect(alive(running.notes)).toHaveLength(4), WAIT);
  const temporaryRoot = dirname((await running.noted())[0]?.env["TMPDIR"] ?? "");
  expect(readdirSync(temporaryRoot)).toHaveLength(2);
  await running.stack.close();
  expect(alive(running.notes)).toEqual([]);
  expect(existsSync(temporaryRoot)).toBe(false);
});

test("killing the local stack's own process leaves nothing behind either", async () => {
  const assembly = await makeAssembly({ batchSize: 1 });
  onTestFinished(() => assembly.remove());
  const child = spawn(nodeBinary(), [join(import.meta.dirname, "stack-to-kill.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ASSEMBLY: JSON.stringify(assembly) },
  });
  const exited = once(child, "exit");
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(createInterface({ input: child.stdout }), "line");
  const states = () =>
    pids(assembly.notes)
      .map((pid) => state(pid) ?? "gone")
      .toSorted((one, other) => one.localeCompare(other));
  // One container frozen, one at work.
  await vi.waitFor(
    () => expect(states()).toEqual([expect.stringMatching(/[RS]/u), expect.stringMatching(/[RS]/u), "T", "T"]),
    WAIT,
  );
  const [event = ""] = readFileSync(join(assembly.notes, "events.jsonl"), "utf8").split("\n");
  const temporaryRoot = dirname((JSON.parse(event) as Noted).env["TMPDIR"] ?? "");
  expect(existsSync(temporaryRoot)).toBe(true);
  child.kill("SIGKILL");
  await exited;
  await vi.waitFor(() => expect(alive(assembly.notes)).toEqual([]), WAIT);
  await vi.waitFor(() => expect(existsSync(temporaryRoot)).toBe(false), WAIT);
});
