import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { checkDefinition } from "../../../cli/sessions/check-definition.ts";
import { readSessionManifest } from "../../../functions/core/session/definition/session-manifest.ts";
import { sessionDefinitionSchema } from "../../../functions/core/session/definition/session-definition.ts";
import { METRICS } from "../../../functions/telemetry/metric-names.ts";
import { logins } from "../../../functions/strategies/login/registry.ts";
import { strategies } from "../../../functions/strategies/registry.ts";
import { takeIn } from "../../../functions/worker/intake.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/sessions.md"), "utf8");
const sources = ["functions", "cli"]
  .flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: "utf8" }).map((file) => join(room, file)),
  )
  .filter((file) => file.endsWith(".ts"))
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n")
  // As a reader sees a template literal.
  .replaceAll(/\\`/gu, "`");

const blocks = (kind: string) =>
  [...page.matchAll(new RegExp(`\`\`\`json ${kind}\\n([\\s\\S]*?)\`\`\``, "gu"))].map(([, block = ""]) => block);

/** Text in backticks in one column of the section's tables. */
const column = (section: string, index: number): string[] => {
  const [, text = ""] = page.split(`\n## ${section}\n`);
  return (text.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .flatMap((line) => /`([^`]+)`/u.exec(line.split("|")[index + 1] ?? "")?.[1] ?? []);
};

describe("docs/sessions.md", () => {
  it("shows definitions, jobs and a manifest that are valid", () => {
    expect(blocks("session").map((block) => checkDefinition(JSON.parse(block), logins).kind)).toEqual(["valid"]);
    expect(blocks("job").map((block) => takeIn(block, strategies).kind)).toEqual(["runnable"]);
    expect(blocks("manifest").map((block) => readSessionManifest(block).kind)).toEqual(["sessions"]);
  });

  it("has every field of a session", () => {
    const rows = page.split("\n## Fields of a session\n")[1]?.split("\n## ")[0] ?? "";
    const missing = Object.keys(sessionDefinitionSchema.shape).filter((field) => !rows.includes(`\`${field}\``));
    expect(missing).toEqual([]);
  });

  it("names every metric of sessions, and none besides", () => {
    const ofSessions = Object.values(METRICS).flatMap(({ name }) => (name.startsWith("Session") ? [name] : []));
    expect(column("Metrics and log events", 0).toSorted()).toEqual(ofSessions.toSorted());
  });

  it("quotes log messages and troubles as the code says them", () => {
    const messages = column("Metrics and log events", 1);
    const troubles = column("Troubleshooting", 0);
    expect(messages.length).toBeGreaterThan(15);
    expect(troubles.length).toBeGreaterThan(20);
    const pieces = [...messages, ...troubles].flatMap((text) => text.split("…")).map((piece) => piece.trim());
    expect(pieces.filter((piece) => piece.length > 3 && !sources.includes(piece))).toEqual([]);
  });
});

it("README.md shows a definition that is valid, and a job under it that the worker takes", () => {
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const [, definition = ""] = /```json session\n([\s\S]*?)```/u.exec(readme) ?? [];
  const [, job = ""] = /echo '(\{.*"session".*\})' \|/u.exec(readme) ?? [];
  expect(checkDefinition(JSON.parse(definition), logins)).toMatchObject({ kind: "valid" });
  expect(takeIn(job, strategies)).toMatchObject({ kind: "runnable", runnable: { job: { session: "desk-1" } } });
});
