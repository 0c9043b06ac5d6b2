import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, open, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

import { nodeBinary } from "../../local/runtime/node-binary.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { PATHS, PROJECT_ROOT } from "../project-paths.ts";
import { inputHash } from "./input-hash.ts";

/** Stage whose templates run locally, and its fleet stack. */
const LOCAL_STAGE = "dev";
export const LOCAL_FLEET_STACK = `SubletFleet-${LOCAL_STAGE}`;

/**
 * Builds worker and layer and synthesizes the stacks, unless all of it is there and made from the very same files.
 * Throws `CliError`, with the place of the log, when a step fails.
 */
export async function ensureBuilt(say: (line: string) => void): Promise<"up-to-date" | "built"> {
  const built = [PATHS.worker, join(PATHS.assembly, "manifest.json")].every((path) => existsSync(path));
  if (built && (await stampedHash()) === (await inputHash(PROJECT_ROOT))) return "up-to-date";
  say("Building the worker and the Chromium layer …");
  await step("build", [join(PROJECT_ROOT, "scripts/build.ts")]);
  say("Synthesizing the stacks …");
  const cdk = join(dirname(createRequire(import.meta.url).resolve("aws-cdk/package.json")), "bin/cdk");
  const synth = ["synth", "--quiet", "--context", `stage=${LOCAL_STAGE}`, "--output", PATHS.assembly];
  await step("synth", [cdk, ...synth]);
  // After the build: it writes files of its own between the sources.
  await writeFile(PATHS.buildStamp, `${JSON.stringify({ inputs: await inputHash(PROJECT_ROOT) })}\n`);
  return "built";
}

async function stampedHash(): Promise<string | undefined> {
  try {
    return (JSON.parse(await readFile(PATHS.buildStamp, "utf8")) as { readonly inputs?: string }).inputs;
  } catch {
    return undefined;
  }
}

async function step(name: string, args: readonly string[]): Promise<void> {
  await mkdir(dirname(PATHS.buildLog), { recursive: true });
  const log = await open(PATHS.buildLog, name === "build" ? "w" : "a");
  try {
    const binaries = [dirname(nodeBinary()), join(PROJECT_ROOT, "node_modules/.bin")];
    const child = spawn(nodeBinary(), args, {
      cwd: PROJECT_ROOT,
      // The app of cdk.json is started as plain `node`.
      env: { ...process.env, PATH: [...binaries, process.env["PATH"] ?? ""].join(delimiter) },
      stdio: ["ignore", log.fd, log.fd],
    });
    const [code] = (await once(child, "exit")) as [number | null];
    if (code === 0) return;
  } finally {
    await log.close();
  }
  const lastLines = (await readFile(PATHS.buildLog, "utf8")).trimEnd().split("\n").slice(-12).join("\n  ");
  throw new CliError(EXIT.unreachable, `The ${name} failed. The end of ${PATHS.buildLog}:\n  ${lastLines}`);
}
