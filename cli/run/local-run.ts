import { once } from "node:events";
import { rm } from "node:fs/promises";
import { resolve } from "node:path";

import pc from "picocolors";

import { startShop, type Shop } from "../../examples/shop/start-shop.ts";
import { NotPossibleHere } from "../../local/not-possible-here.ts";
import { startLocalStack, type LocalStack } from "../../local/start-local-stack.ts";
import { UnsupportedTemplate } from "../../local/unsupported.ts";
import { ensureBuilt, LOCAL_FLEET_STACK } from "../build/ensure-built.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-codes.ts";
import { readSource, readText } from "../jobs/read-source.ts";
import { PATHS } from "../project-paths.ts";
import { openSessionStore } from "../sessions/open-sessions.ts";
import { addSessions } from "./add-sessions.ts";
import { describeRun } from "./describe-run.ts";
import { UsageCounter } from "./fleet-usage.ts";
import { readJobLines } from "./job-lines.ts";
import { startProgress, type Progress } from "./progress.ts";
import { runJobs } from "./run-jobs.ts";
import { shopCredentials } from "./shop-credentials.ts";
import { workerEnvironment } from "./worker-environment.ts";
import { runningLocalState, removeLocalState, writeLocalState } from "../target/local-state.ts";
import { stackOutputsSchema } from "../target/stack-outputs.ts";
import { localTarget } from "../target/target.ts";

/** The options of `sublet local`. */
export interface LocalOptions {
  readonly jobs: string;
  /** Definitions of sessions; undefined: none. */
  readonly sessions?: string;
  readonly containers: number;
  readonly latencyMs: number;
  readonly port: number;
  readonly secrets: string;
  readonly cells?: true;
  readonly json?: true;
  readonly stay?: boolean;
}

/** The worker's variable whose default lies in the layer; there is no /opt here. */
const OPT_PATHS = { SUBLET_CHROMIUM_DIR: "/opt/chromium" } as const;

/** Brings everything up, runs the jobs, says what came of them, and closes. Sets the exit code. */
export async function localRun(options: LocalOptions): Promise<void> {
  const say = (line: string) => console.error(line);
  const interrupted = new AbortController();
  const interrupt = () => {
    if (interrupted.signal.aborted) process.exit(EXIT.interrupted);
    interrupted.abort();
    say("Closing …");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  await refuseSecond();
  const entries = await readSource(options.jobs);
  const definitions = options.sessions === undefined ? undefined : await readText(options.sessions);
  if ((await ensureBuilt(say)) === "up-to-date") say("Worker, layer and templates are up to date.");
  await rm(PATHS.logs, { recursive: true, force: true });
  const usage = new UsageCounter();
  const stack = await bringUp(options, usage, say);
  let shop: Shop | undefined;
  try {
    shop = await openShop(options);
    const outputs = stackOutputsSchema.parse(stack.outputs(LOCAL_FLEET_STACK));
    const { region, endpoints } = stack;
    const state = {
      v: 1,
      pid: process.pid,
      region,
      endpoints,
      stack: LOCAL_FLEET_STACK,
      outputs,
      shop: shop.origin,
    } as const;
    await writeLocalState(PATHS.localState, state);
    say(`Local stack is up, the shop is at ${pc.cyan(shop.origin)}.`);
    const placeholders = { shop: shop.origin, shopHost: new URL(shop.origin).host };
    const target = localTarget(state);
    let progress: Progress | undefined;
    try {
      const store = openSessionStore(target);
      const policies = definitions === undefined ? undefined : await addSessions(store, definitions, placeholders);
      const lines = readJobLines(entries, placeholders, policies);
      progress = startProgress(lines.length, process.stderr.isTTY && !options.json);
      const { stalled, ...summary } = await runJobs(target, lines, { usage, progress, signal: interrupted.signal });
      console.log(options.json ? JSON.stringify(summary) : describeRun(summary));
      process.exitCode = exitCodeOf(summary.ok === summary.jobs, stalled);
      if (stalled) say(`Gave up: no result for a long time. The containers' lines are in ${PATHS.logs}.`);
    } finally {
      progress?.stop();
      target.close();
    }
    if (options.stay ?? (process.stdout.isTTY && !options.json)) await stay(options, say, interrupted.signal);
  } finally {
    await removeLocalState(PATHS.localState, process.pid);
    await Promise.all([shop?.close(), stack.close()]);
  }
}

function exitCodeOf(allOk: boolean, stalled: boolean): ExitCode {
  if (stalled) return EXIT.gaveUp;
  return allOk ? EXIT.ok : EXIT.notAsExpected;
}

async function bringUp(options: LocalOptions, usage: UsageCounter, say: (line: string) => void): Promise<LocalStack> {
  try {
    return await startLocalStack({
      assemblyDirectory: PATHS.assembly,
      containers: options.containers,
      logDirectory: PATHS.logs,
      optPaths: OPT_PATHS,
      cells: options.cells ?? false,
      keyFile: PATHS.localKey,
      secretsFile: resolve(options.secrets),
      secrets: shopCredentials(),
      environment: workerEnvironment(process.env),
      onLine: (line) => usage.add(line),
      onFault: (why) => say(`${pc.yellow("warning")} ${why} (lines: ${PATHS.logs})`),
    });
  } catch (error) {
    const expected = error instanceof UnsupportedTemplate || error instanceof NotPossibleHere;
    throw expected ? new CliError(EXIT.unreachable, error.message, { cause: error }) : error;
  }
}

async function openShop({ port, latencyMs }: LocalOptions): Promise<Shop> {
  try {
    return await startShop({ port, latencyMs });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    throw new CliError(EXIT.unreachable, `Port ${port} is taken. Choose another with --port, or leave it out.`, {
      cause,
    });
  }
}

async function refuseSecond(): Promise<void> {
  const running = await runningLocalState(PATHS.localState);
  if (!running) return;
  const whatToDo = `End it first (\`kill ${running.pid}\`), or send jobs to it with \`npx sublet submit FILE\`. If that process is something else, remove ${PATHS.localState}.`;
  throw new CliError(EXIT.unreachable, `A local stack is running already, as process ${running.pid}. ${whatToDo}`);
}

async function stay({ secrets }: LocalOptions, say: (line: string) => void, signal: AbortSignal): Promise<void> {
  say("");
  say(`The stack stays up until Ctrl-C. In another terminal:`);
  say(`  ${pc.cyan("npx sublet submit FILE --wait")}   more jobs`);
  say(`  ${pc.cyan("npx sublet status")}               queues and running jobs`);
  say(`  ${pc.cyan("npx sublet results")}              results`);
  say(`  ${pc.cyan("npx sublet sessions add FILE")}    sessions that log in by themselves`);
  say(`  ${pc.cyan("npx sublet sessions import DIR --site HOST")}   sessions from Playwright storage states`);
  say(
    `Credentials of logins: lines NAME={"username":"…","password":"…"} in ${secrets} (chmod 600), read at each login.`,
  );
  say(`The shop's members: credentials secretsmanager:sublet/example-shop/member-1 to …/member-10.`);
  say(`Queues, table and endpoints: ${PATHS.localState}`);
  if (!signal.aborted) await once(signal, "abort");
}
