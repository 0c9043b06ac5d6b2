import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { prepareImport, type ImportRequest } from "../../../../cli/sessions/prepare-import.ts";
import { sealImport } from "../../../../cli/sessions/seal-import.ts";
import { MemorySessionStore } from "../../../../functions/core/session/memory-session-store.ts";
import { TooLarge } from "../../../../functions/core/job/store-failures.ts";
import { SEALED_MAX_BYTES, type SessionStore } from "../../../../functions/core/session/session-store.ts";
import { session } from "./session-fixtures.ts";

const CANARY = "canary-5d20";
const logins = new Map([["recipe-login", { input: z.object({}) }]]);

function stateOf(cookies: readonly object[] = []): string {
  return JSON.stringify({ cookies, origins: [] });
}

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "import-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

async function prepare(
  folder: string,
  more: Partial<ImportRequest> = {},
  store: SessionStore = new MemorySessionStore(),
) {
  const common = { site: "shop.example" };
  return prepareImport(store, { folder, common, existing: "refuse", logins, nowMs: 1_000, ...more });
}

/** Each problem on a line, with the folder left out. */
async function problemsOf(folder: string, more?: Partial<ImportRequest>, store?: SessionStore) {
  const prepared = await prepare(folder, more, store);
  if (prepared.kind !== "invalid") return [];
  expect(JSON.stringify(prepared.problems)).not.toContain(CANARY);
  return prepared.problems.map(({ file = "", field = "", rule, value = "" }) =>
    [file.replace(`${folder}/`, ""), field, rule, value].join(" | "),
  );
}

test("sessions are the files of all folders, by name; hidden ones and what isn't .json are left out", async () => {
  const folder = await folderOf({
    "b.json": stateOf(),
    "eu/a.json": `\uFEFF${stateOf()}`,
    ".git/config.json": "{",
    ".hidden.json": "{",
    "README.md": "#",
  });
  await symlink(join(folder, "b.json"), join(folder, "linked.json"));
  await symlink(folder, join(folder, "circle"));
  const prepared = await prepare(folder, { common: { site: "shop.example", policy: "shared", pool: "p" } });
  if (prepared.kind !== "ready") throw new Error(JSON.stringify(prepared));
  expect(prepared.sessions.map(({ definition: { name, policy, pool } }) => [name, policy, pool])).toEqual([
    ["b", "shared", "p"],
    ["a", "shared", "p"],
    ["linked", "shared", "p"],
  ]);
});

test("all that is wrong comes in one answer", async () => {
  const sid = { name: "sid", value: CANARY, domain: "d", path: "/", expires: -1, httpOnly: true, secure: true };
  const folder = await folderOf({
    "cut.json": `{"cookies": [{"name": "sid",\n "value": "${CANARY}`,
    "type.json": stateOf([{ ...sid, sameSite: "lax", value: { nested: CANARY } }]),
    "same.json": stateOf(),
    "x/same.json": stateOf(),
    "bad name.json": stateOf(),
    "array.json": `["${CANARY}"]`,
    "latin.json": "",
    "huge.json": "",
    "known.json": stateOf(),
  });
  await writeFile(join(folder, "latin.json"), Buffer.from([0x7b, 0xe9]));
  await truncate(join(folder, "huge.json"), 16 * 1024 * 1024 + 1);
  await symlink(join(folder, "nowhere"), join(folder, "gone.json"));
  const store = new MemorySessionStore();
  await store.create(session("known", { pool: "p", order: "round-robin" }), undefined, 0);
  const common = { site: "Shop Example", pool: "p", login: { strategy: "nobody" } };
  const problems = await problemsOf(folder, { common }, store);
  const expected = [
    /^ \| --site \| must be a host name.* \| "Shop Example"$/u,
    /^ \| --login strategy \| must be the name of a login: recipe-login \| "nobody"$/u,
    /^bad name\.json \| name \| must be a session name .* \| "bad name"$/u,
    /^x\/same\.json \| name \| must be the only file of its name; .*\/same\.json has it too \| $/u,
    /^array\.json \| \(message\) \| /u,
    /^cut\.json \| line 2, column \d+ \| must be JSON: the text ends too early \| $/u,
    /^gone\.json \| {2}\| must be readable \| ENOENT$/u,
    /^huge\.json \| {2}\| must not be over 16777216 bytes \| 16777217 bytes$/u,
    /^known\.json \| name \| must be new: a session of this name exists \| $/u,
    /^latin\.json \| {2}\| must be UTF-8 \| $/u,
    /^type\.json \| cookies\.0\.sameSite \| .* \| "lax"$/u,
    /^type\.json \| cookies\.0\.value \| .* \| $/u,
  ];
  for (const one of expected) expect(problems).toContainEqual(expect.stringMatching(one));
  expect(problems).toHaveLength(expected.length);
  expect(await store.list()).toHaveLength(1);
});

test("a folder that isn't there, and one without files, are named", async () => {
  const folder = await folderOf({ "notes.txt": "" });
  expect(await problemsOf(folder)).toEqual([`${folder} |  | must hold at least one .json file | `]);
  expect(await problemsOf(join(folder, "no"))).toEqual([
    `${join(folder, "no")} |  | must be a folder that can be read | ENOENT`,
  ]);
});

test("what is replaced must be what is stored, free and in use", async () => {
  const folder = await folderOf({ "a.json": stateOf() });
  const store: SessionStore = new MemorySessionStore();
  await store.create(session("a", { pool: "p", maxUses: 5 }), undefined, 0);
  const common = { site: "shop.example", pool: "p" };
  const replace = { existing: "replace", common } as const;
  expect(await problemsOf(folder, replace, store)).toEqual([]);
  const other = { ...replace, common: { ...common, pool: "q", maxUses: 6, login: { strategy: "recipe-login" } } };
  expect(await problemsOf(folder, other, store)).toEqual([
    'a.json | --pool | must be what is stored, or left out: only the state is replaced | "q"',
    "a.json | --max-uses | must be what is stored, or left out: only the state is replaced | 6",
    "a.json | --login | must be what is stored, or left out: only the state is replaced | ",
  ]);
  const owner = { container: "c-1", invocation: "i" };
  await store.take({ name: "a", owner, durationMs: 5_000, purpose: "jobs" }, 1_000);
  expect(await problemsOf(folder, { ...replace, nowMs: 8_000 }, store)).toEqual([
    "a.json |  | must not be held: container c-1 is at work in it | ",
  ]);
  expect(await problemsOf(folder, { ...replace, nowMs: 8_001 }, store)).toEqual([]);
  await store.setCondition("a", { kind: "retired", reason: "sold", sinceMs: 1 }, 9_000);
  expect(await problemsOf(folder, replace, store)).toEqual([
    "a.json |  | must not be retired (sold): `npx sublet sessions restore a` comes first | ",
  ]);
});

test("a pool has one order, in the folder and in the table", async () => {
  const folder = await folderOf({ "a.json": stateOf(), "b.json": stateOf() });
  const store = new MemorySessionStore();
  await store.create(session("stored", { pool: "p", order: "round-robin" }), undefined, 0);
  const common = { site: "shop.example", pool: "p" };
  expect(await problemsOf(folder, { common }, store)).toEqual([
    ' | order | must be the pool\'s: sessions of p have round-robin | "least-recently-used"',
  ]);
  expect(await problemsOf(folder, { common: { ...common, order: "round-robin" } }, store)).toEqual([]);
});

test("a state too large when sealed is refused before anything is written, and so is one that can't be sealed", async () => {
  const folder = await folderOf({ "small.json": stateOf(), "large.json": stateOf() });
  const prepared = await prepare(folder);
  if (prepared.kind !== "ready") throw new Error(prepared.kind);
  const sealing = (bytes: number) => ({
    seal: async ({ session: name }: { session: string }) => new Uint8Array(name === "large" ? bytes : 10),
  });
  const stamp = { nowMs: 0, writer: "w" };
  const fits = await sealImport(prepared.sessions, sealing(SEALED_MAX_BYTES), stamp);
  expect(fits.problems).toEqual([]);
  expect(fits.sealed).toHaveLength(2);
  const { problems } = await sealImport(prepared.sessions, sealing(SEALED_MAX_BYTES + 1), stamp);
  expect(problems).toMatchObject([{ session: "large", value: `${SEALED_MAX_BYTES + 1} bytes` }]);
  const tooLarge = { seal: () => Promise.reject(new TooLarge("the state", 20, 10)) };
  const refused = await sealImport(prepared.sessions, tooLarge, stamp);
  expect(refused.problems.map(({ rule }) => rule)).toEqual(Array(2).fill("must not be over 10 bytes as a state"));
});
