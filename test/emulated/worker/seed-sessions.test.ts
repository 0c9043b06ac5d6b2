import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { InvalidConfiguration } from "../../../functions/core/configuration/configuration-table.ts";
import { decodeState } from "../../../functions/core/session/state/encoded-state.ts";
import { snapshotOf } from "../../../functions/core/session/state/states.ts";
import { seedSessions } from "../../../functions/worker/sessions/seed-sessions.ts";
import { LABELLED_SEAL, WorkerStand } from "./worker-stand.ts";

const SECRET = "let-me-in";
const ENDPOINT = "http://127.0.0.1:9222";

let stand: WorkerStand;
let folder: string;
beforeEach(async () => {
  stand = await WorkerStand.start();
  folder = await mkdtemp(join(tmpdir(), "sublet-seeds-"));
});
afterEach(async () => {
  await stand.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A storage-state file with one cookie. */
async function stateFile(name: string, cookie: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const whole = { name: "member", value: SECRET, domain: "shop.example", path: "/", expires: -1, sameSite: "Lax" };
  return file(name, JSON.stringify({ cookies: [{ ...whole, httpOnly: true, secure: false, ...cookie }], origins: [] }));
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

function entry(id: string, statePath: string): Readonly<Record<string, unknown>> {
  return { id, statePath, site: "shop.example", endpoint: ENDPOINT };
}

function seed(manifest: unknown): Promise<void> {
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  return seedSessions(stand.container([], { SUBLET_SESSIONS: text }));
}

/** What stops the start: every problem that it names. */
async function refusal(manifest: unknown): Promise<readonly string[]> {
  const error: unknown = await seed(manifest).catch((thrown: unknown) => thrown);
  if (error instanceof InvalidConfiguration) return error.problems;
  throw new Error(`the start wasn't refused: ${String(error)}`);
}

async function cookiesOf(name: string): Promise<readonly (readonly [string, string])[]> {
  const record = await stand.sessions.read(name);
  if (record?.sealed === undefined) throw new Error(`session ${name} has no state`);
  const state = decodeState(await LABELLED_SEAL.open({ session: name, site: record.site }, record.sealed));
  return snapshotOf(state, { nowMs: Date.now() }).cookies.map((cookie) => [cookie.name, cookie.value]);
}

describe("a manifest of sessions", () => {
  it("gives each session its endpoint and its state, sealed for it", async () => {
    await seed([entry("desk-1", await stateFile("one.json")), entry("desk-2", await stateFile("two.json"))]);
    expect(await stand.sessions.read("desk-1")).toMatchObject({
      site: "shop.example",
      policy: "exclusive",
      endpoint: ENDPOINT,
      condition: { kind: "ready" },
      uses: 0,
    });
    expect(await cookiesOf("desk-1")).toEqual([["member", SECRET]]);
    expect(await cookiesOf("desk-2")).toEqual([["member", SECRET]]);
  });

  it("may stand in a file", async () => {
    const manifest = [entry("desk-1", await stateFile("one.json"))];
    await seed(await file("manifest.json", JSON.stringify(manifest)));
    expect(await cookiesOf("desk-1")).toEqual([["member", SECRET]]);
  });

  it("leaves a session that exists as it is: it has learned since, and every container starts with the same manifest", async () => {
    await seed([entry("desk-1", await stateFile("one.json"))]);
    const before = await stand.sessions.read("desk-1");
    await seed([entry("desk-1", await stateFile("newer.json", { value: "of-another-day" }))]);
    expect(await stand.sessions.read("desk-1")).toEqual(before);
    expect(await cookiesOf("desk-1")).toEqual([["member", SECRET]]);
  });

  it("with mistakes in its entries stops the start, and names all of them", async () => {
    const statePath = await stateFile("one.json");
    const problems = await refusal([
      entry("desk-1", statePath),
      { ...entry("desk 2", statePath), policy: "alone" },
      { ...entry("desk-3", statePath), endpoint: "ftp://user:hidden@127.0.0.1", colour: "red" },
      entry("desk-1", statePath),
      { id: "desk-4", site: "shop.example" },
    ]);
    const fields = problems.map((problem) => /^SUBLET_SESSIONS: ([^ :]+)/u.exec(problem)?.[1]);
    expect(new Set(fields)).toEqual(new Set(["1.id", "1.policy", "2.colour", "2.endpoint", "3.id", "4.statePath"]));
    expect(problems).toHaveLength(6);
    expect(problems.join("\n")).not.toContain("hidden");
    expect(await stand.sessions.list()).toEqual([]);
  });

  it("with mistakes in its state files stops the start, names all of them, and quotes no cookie", async () => {
    const truncated = await file("truncated.json", `{"cookies":[{"name":"member","value":"${SECRET}`);
    const problems = await refusal([
      entry("desk-1", await stateFile("one.json")),
      entry("desk-2", truncated),
      entry("desk-3", await stateFile("wrong.json", { value: 7, expires: "soon" })),
      entry("desk-4", join(folder, "nowhere.json")),
    ]);
    expect(problems).toEqual([
      expect.stringMatching(/^SUBLET_SESSIONS: 1\.statePath: line 1, column \d+: must be JSON/u),
      expect.stringMatching(/^SUBLET_SESSIONS: 2\.statePath: cookies\.0\.value: must be a text/u),
      expect.stringMatching(/^SUBLET_SESSIONS: 2\.statePath: cookies\.0\.expires: must be a number/u),
      expect.stringMatching(/^SUBLET_SESSIONS: 3\.statePath: must name a file that can be read/u),
    ]);
    expect(problems.join("\n")).not.toContain(SECRET);
    expect(await stand.sessions.list()).toEqual([]);
  });

  it("with mistakes of both kinds names them together", async () => {
    const problems = await refusal([
      { ...entry("desk-1", await stateFile("one.json")), policy: "alone" },
      entry("desk-2", join(folder, "nowhere.json")),
    ]);
    expect(problems).toEqual([
      expect.stringMatching(/^SUBLET_SESSIONS: 0\.policy: must be one of exclusive, pages, shared/u),
      expect.stringMatching(/^SUBLET_SESSIONS: 1\.statePath: must name a file that can be read .*nowhere\.json/u),
    ]);
  });

  it("that isn't a list, isn't JSON, or isn't there stops the start", async () => {
    expect(await refusal("[{")).toEqual([expect.stringMatching(/line 1, column \d+.*JSON/u)]);
    expect(await refusal(await file("object.json", "{}"))).toEqual([
      expect.stringContaining("must be a list of sessions"),
    ]);
    expect(await refusal(join(folder, "nowhere.json"))).toEqual([
      expect.stringMatching(/SUBLET_SESSIONS: must be a JSON list, or the path of a file with one .*ENOENT/u),
    ]);
  });
});
