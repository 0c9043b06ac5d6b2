import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { LocalEndpoints } from "../emulators/backends.ts";
import { openCell, type Cell } from "./cell.ts";
import { containerEnvironment } from "./container-environment.ts";
import { ContainerLog, type LineListener } from "./container-log.ts";
import type { FunctionDefinition } from "./function-definition.ts";
import { nodeBinary } from "./node-binary.ts";
import { killTree, processTree, signalTree } from "./process-tree.ts";
import { RuntimeApi, type RuntimeAnswer, type RuntimeError } from "./runtime-api.ts";
import { cellPrefix } from "./temporary-root.ts";

/** What containers of one local stack have in common. */
export interface ContainerSurroundings {
  readonly region: string;
  readonly endpoints: LocalEndpoints;
  readonly temporaryRoot: string;
  readonly logDirectory: string;
  readonly listener: LineListener;
  /** Put each container into a cgroup of Lambda's proportions. */
  readonly cells: "v1" | "v2" | undefined;
}

/** A container as whoever watches or harms it from outside sees it. */
export interface ContainerView {
  readonly id: string;
  /** Of the function's process; undefined once that has ended. */
  readonly pid: number | undefined;
  /** All its files lie below; its processes are known by it (`processTree`). */
  readonly temporaryDirectory: string;
}

export interface InvocationEnd {
  readonly result: RuntimeAnswer;
  /** Whether the container can be invoked again. */
  readonly reusable: boolean;
}

const BOOTSTRAP = fileURLToPath(new URL("bootstrap.mjs", import.meta.url));
/** Lambda's limit of the shutdown phase. Source: AWS Lambda developer guide, "Lambda runtime environment" (2025). */
const SHUTDOWN_MS = 2_000;
/** Share of the memory that Lambda gives to V8's old generation. */
const HEAP_RATIO = 0.9;

/** One execution environment: a process of its own, one invocation at a time, frozen in between. */
export class Container {
  readonly id: string;
  readonly #definition: FunctionDefinition;
  readonly #surroundings: ContainerSurroundings;
  readonly #log: ContainerLog;
  readonly #api: RuntimeApi;
  readonly #directory: string;
  #child: ChildProcess | undefined;
  #cell: Cell | undefined;
  #frozen = false;
  #closing: Promise<void> | undefined;
  readonly #startedAtMs = Date.now();
  #initDurationMs: number | undefined;
  /** Settles when the runtime asks for its next invocation; renewed with each one. */
  #idle = Promise.withResolvers<void>();
  #answer = Promise.withResolvers<RuntimeAnswer>();
  /** Settles, once, when the container can't go on: init failed, or the process ended. */
  readonly #broken = Promise.withResolvers<RuntimeError>();

  constructor(id: string, definition: FunctionDefinition, surroundings: ContainerSurroundings) {
    this.id = id;
    this.#definition = definition;
    this.#surroundings = surroundings;
    // Not the id: Chromium puts sockets below it, and a function's name alone may have 64 characters.
    this.#directory = join(surroundings.temporaryRoot, randomBytes(4).toString("hex"));
    this.#log = new ContainerLog(surroundings.logDirectory, id, surroundings.listener);
    this.#api = new RuntimeApi({
      idle: () => this.#idle.resolve(),
      answered: (_id, answer) => this.#answer.resolve(answer),
      initFailed: (error) => this.#broken.resolve(error),
    });
  }

  /** Starts the process. Whether its handler loads shows at the first invocation. */
  async start(): Promise<void> {
    const runtimeApi = await this.#api.listen();
    await mkdir(this.#directory, { recursive: true });
    const { region, endpoints, cells, temporaryRoot } = this.#surroundings;
    const date = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    const env = containerEnvironment(this.#definition, {
      region,
      endpoints,
      runtimeApi,
      temporaryDirectory: this.#directory,
      logStream: `${date}/[$LATEST]${randomBytes(16).toString("hex")}`,
    });
    const heapMiB = Math.floor(this.#definition.memoryMiB * HEAP_RATIO);
    const child = spawn(nodeBinary(), [`--max-old-space-size=${heapMiB}`, BOOTSTRAP], {
      cwd: this.#definition.codeDirectory,
      env,
      stdio: ["ignore", "pipe", "pipe"],
      // A process group of its own: Ctrl-C goes to the local stack, which closes its containers in order.
      detached: true,
    });
    this.#child = child;
    child.once("error", (error) => this.#broken.resolve({ errorType: error.name, errorMessage: error.message }));
    child.once("exit", (code, signal) => {
      const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
      this.#broken.resolve({ errorType: "Runtime.ExitError", errorMessage: `Runtime exited with ${how}` });
    });
    createInterface({ input: child.stdout }).on("line", (line) => this.#log.writeText("stdout", line));
    createInterface({ input: child.stderr }).on("line", (line) => this.#log.writeText("stderr", line));
    if (cells !== undefined && child.pid !== undefined) {
      this.#cell = openCell(cells, `${cellPrefix(temporaryRoot)}-${this.id}`, this.#definition.memoryMiB);
      this.#cell.admit(child.pid);
    }
  }

  /**
   * Runs one invocation. Answers when the runtime asks for the next one, and then the container may be frozen or
   * invoked again; a container that isn't `reusable` is closed already.
   */
  async invoke(payload: string): Promise<InvocationEnd> {
    const requestId = randomUUID();
    this.#log.write("platform", { type: "platform.start", record: { requestId } });
    const broken = await this.#ready();
    if (broken) return await this.#breakDown(requestId, broken, 0);
    this.thaw();
    const { timeoutSeconds, arn } = this.#definition;
    const startedAtMs = Date.now();
    this.#idle = Promise.withResolvers();
    this.#answer = Promise.withResolvers();
    const timeout = Promise.withResolvers<RuntimeError>();
    const errorMessage = `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`;
    const timer = setTimeout(
      () => timeout.resolve({ errorType: "Sandbox.Timedout", errorMessage }),
      timeoutSeconds * 1_000,
    );
    this.#api.deliver({
      requestId,
      payload,
      deadlineMs: startedAtMs + timeoutSeconds * 1_000,
      functionArn: arn,
      traceId: `Root=1-${Math.floor(startedAtMs / 1_000).toString(16)}-${randomBytes(12).toString("hex")};Sampled=0`,
    });
    let answer: RuntimeAnswer | undefined;
    const finish = async (): Promise<undefined> => {
      answer = await this.#answer.promise;
      await this.#idle.promise;
    };
    const fault = await Promise.race([finish(), this.#broken.promise, timeout.promise]);
    clearTimeout(timer);
    const durationMs = Date.now() - startedAtMs;
    // An answer counts, even when its container breaks right after it.
    if (fault) return await this.#breakDown(requestId, fault, durationMs, answer);
    if (!answer) throw new Error("the runtime asked for the next invocation without an answer to this one");
    this.#report(requestId, durationMs, answer.kind === "error" ? "error" : "success");
    return { result: answer, reusable: true };
  }

  get view(): ContainerView {
    return { id: this.id, pid: this.#livingPid(), temporaryDirectory: this.#directory };
  }

  /** Stops every process of the container, as Lambda does between invocations. */
  freeze(): void {
    if (this.#frozen || this.#closing) return;
    this.#frozen = true;
    signalTree("SIGSTOP", this.#directory, this.#livingPid());
  }

  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    signalTree("SIGCONT", this.#directory, this.#livingPid());
  }

  /** Ends the container: SIGTERM to its process, a short while later SIGKILL to all of them. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** Waits for the end of init; answers the error when there was one. */
  async #ready(): Promise<RuntimeError | undefined> {
    const broken = await Promise.race([this.#idle.promise, this.#broken.promise]);
    if (broken) return broken;
    this.#initDurationMs ??= Date.now() - this.#startedAtMs;
    return undefined;
  }

  async #breakDown(
    requestId: string,
    error: RuntimeError,
    durationMs: number,
    answer?: RuntimeAnswer,
  ): Promise<InvocationEnd> {
    this.#log.write("platform", { type: "platform.fault", record: { requestId, ...error } });
    this.#report(requestId, durationMs, error.errorType === "Sandbox.Timedout" ? "timeout" : "failure");
    await killTree(this.#directory, this.#livingPid());
    await this.close();
    return { result: answer ?? { kind: "error", error }, reusable: false };
  }

  /** Lambda's `platform.report`: init counts for the bill since August 2025. */
  #report(requestId: string, durationMs: number, status: "success" | "error" | "timeout" | "failure"): void {
    const initDurationMs = this.#initDurationMs;
    this.#initDurationMs = 0;
    const billedDurationMs = durationMs + (initDurationMs ?? 0);
    const metrics = { durationMs, billedDurationMs, memorySizeMB: this.#definition.memoryMiB };
    const init = initDurationMs === 0 ? {} : { initDurationMs };
    this.#log.write("platform", {
      type: "platform.report",
      record: { requestId, status, metrics: { ...metrics, ...init } },
    });
  }

  async #close(): Promise<void> {
    // Before the process ends: its children can't be found by their parent afterwards.
    const known = processTree(this.#directory, this.#livingPid());
    if (this.#child && this.#livingPid() !== undefined) {
      this.thaw();
      const ended = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      const limit = setTimeout(() => void killTree(this.#directory, this.#livingPid()), SHUTDOWN_MS);
      await ended;
      clearTimeout(limit);
    }
    await killTree(this.#directory, undefined, known);
    await this.#api.close();
    await this.#log.close();
    this.#cell?.close();
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 10 });
  }

  /** Undefined once it has ended: its number may be another process's by then. */
  #livingPid(): number | undefined {
    const child = this.#child;
    return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
  }
}
