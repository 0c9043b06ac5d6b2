import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

import { jobSchemaText } from "../cli/jobs/job-schema.ts";
import { logins } from "../functions/strategies/login/registry.ts";
import { workerConfiguration } from "../functions/worker/configuration.ts";
import { configurationDoc } from "./generate-configuration-doc.ts";
import { withFieldTable } from "./generate-job-docs.ts";
import { withLogins } from "./generate-login-docs.ts";

/** Documents may only name what exists: files, links, scripts, settings. Prints what doesn't and exits with 1. */

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(file));
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Record<
  "scripts" | "dependencies" | "devDependencies",
  Record<string, string>
>;
const scripts = Object.keys(manifest.scripts);
const settings = new Set<string>(Object.values(workerConfiguration).map(({ env }) => env));
const rooms = /^(?:functions|infra|layers|local|cli|bench|chaos|examples|test|scripts|docs)\//u;

const problems = files.flatMap((file) => problemsOf(file, readFileSync(file, "utf8")));
if (readFileSync("docs/configuration.md", "utf8") !== configurationDoc())
  problems.push("docs/configuration.md: out of date");
const jobs = readFileSync("docs/jobs.md", "utf8");
if (withFieldTable(jobs) !== jobs) problems.push("docs/jobs.md: its table of fields is out of date");
if (readFileSync("docs/job.schema.json", "utf8") !== jobSchemaText())
  problems.push("docs/job.schema.json: out of date");

const strategyPage = readFileSync("docs/strategies.md", "utf8");
if (withLogins(strategyPage, logins) !== strategyPage) problems.push("docs/strategies.md: its logins are out of date");

const reasons = readFileSync("docs/adr/0002-dependencies.md", "utf8");
const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
for (const name of dependencies.filter((one) => !reasons.includes(`\`${one}\``))) {
  problems.push(`docs/adr/0002-dependencies.md: has no line for ${name}`);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(`\n${problems.length} problems in documents; \`npm run generate\` mends what is out of date.`);
  process.exitCode = 1;
}

function problemsOf(file: string, text: string): string[] {
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/gu)].map(([, target = ""]) =>
    existsSync(normalize(join(dirname(file), target))) ? "" : `links to ${target}, which doesn't exist`,
  );
  const paths = [...text.matchAll(/`([\w./-]+)`/gu)]
    .map(([, path = ""]) => path)
    .filter((path) => rooms.test(path) && !path.includes("…"))
    .map((path) => (existsSync(path) ? "" : `names ${path}, which doesn't exist`));
  const runs = [...text.matchAll(/npm run ([a-z][\w:-]*)/gu)].map(([, script = ""]) =>
    scripts.includes(script) ? "" : `names the script ${script}, which package.json doesn't have`,
  );
  const variables = [...text.matchAll(/SUBLET_[A-Z_]+/gu)].map(([variable]) =>
    settings.has(variable) ? "" : `names ${variable}, which no configuration table has`,
  );
  return [...links, ...paths, ...runs, ...variables]
    .filter((problem) => problem !== "")
    .map((problem) => `${file}: ${problem}`);
}
