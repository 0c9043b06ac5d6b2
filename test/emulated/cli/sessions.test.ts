import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect, onTestFinished, test } from "vitest";

import { DynamoDbSessionStore } from "../../../functions/store/dynamodb-session-store.ts";
import { startCliStand, type CliStand, type Ran } from "./cli-stand.ts";

/** Planted in cookies and storage: it may be in the file of an export, and nowhere else. */
const CANARY = "canary-7f3a91";
const LEASE_MS = 60_000;

function stateOf(name: string): unknown {
  const cookie = { domain: "shop.example", path: "/", expires: -1, httpOnly: true, secure: false, sameSite: "Lax" };
  return {
    cookies: [{ name: "sid", value: `${CANARY}-${name}`, ...cookie }],
    origins: [{ origin: "https://shop.example", localStorage: [{ name: "token", value: CANARY }] }],
  };
}

async function folderOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "sessions-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

const storeOf = ({ dynamodb, outputs }: CliStand) => new DynamoDbSessionStore(dynamodb, outputs.SessionsTableName);

/** Everything that a run said, held against the canary. */
function said(ran: Ran): string {
  const all = `${ran.stdout}\n${ran.stderr}`;
  expect(all).not.toContain(CANARY);
  return all;
}

async function imported(stand: CliStand, names: readonly string[], ...more: readonly string[]): Promise<string> {
  const folder = await folderOf(Object.fromEntries(names.map((name) => [`${name}.json`, stateOf(name)])));
  const ran = await stand.run(["sessions", "import", folder, "--site", "shop.example", ...more]);
  said(ran);
  expect(ran).toMatchObject({ code: 0 });
  return folder;
}

test("a truncated file, a wrong type and a name twice are three errors in one answer, and nothing is written", async () => {
  const stand = await startCliStand();
  const whole = JSON.stringify(stateOf("cut"), undefined, 2);
  const cookie = { name: "sid", value: { oh: CANARY }, domain: "shop.example", path: "/", expires: -1, httpOnly: true };
  const folder = await folderOf({
    "a-1.json": stateOf("a-1"),
    "cut.json": whole.slice(0, whole.indexOf(CANARY) + CANARY.length),
    "wrong.json": { cookies: [{ ...cookie, secure: false, sameSite: "Lax" }], origins: [] },
    "more/a-1.json": stateOf("a-1"),
  });
  const ran = await stand.run(["sessions", "import", folder, "--site", "shop.example", "--json"]);
  expect(ran.code).toBe(2);
  const { written, errors } = JSON.parse(ran.stdout) as { written: unknown; errors: Record<string, string>[] };
  expect(written).toEqual([]);
  expect(errors).toHaveLength(3);
  expect(errors).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        file: join(folder, "cut.json"),
        field: expect.stringMatching(/^line 5, column \d+$/u),
      }),
      expect.objectContaining({ file: join(folder, "wrong.json"), field: "cookies.0.value" }),
      expect.objectContaining({ file: join(folder, "more/a-1.json"), rule: expect.stringContaining("only file") }),
    ]),
  );
  expect(said(ran)).toMatch(/Nothing was written, 3 errors:/u);
  expect(await storeOf(stand).list()).toEqual([]);
});

test("an import is shown, sealed at rest, and comes out of an export as it went in, for its owner alone", async () => {
  const stand = await startCliStand();
  const folder = await imported(stand, ["a-1", "a-2"], "--pool", "shop", "--policy", "pages", "--max-age", "12h");
  const table = await stand.dynamodb.send(new ScanCommand({ TableName: "sessions" }));
  const bytes = (table.Items ?? []).flatMap((item) => Object.values(item)).map(({ B, S }) => B ?? Buffer.from(S ?? ""));
  expect(bytes.some((one) => Buffer.from(one).includes(CANARY))).toBe(false);

  const list = await stand.run(["sessions", "list", "--pool", "shop"]);
  expect(said(list)).toMatch(/a-1 +shop +pages +shop\.example +idle/u);
  const listed = await stand.run(["sessions", "list", "--json"]);
  expect(JSON.parse(listed.stdout)).toMatchObject({ v: 1, sessions: [{ name: "a-1", maxAgeMs: 43_200_000 }, {}] });
  const shown = await stand.run(["sessions", "show", "a-1", "--json"]);
  said(shown);
  expect(JSON.parse(shown.stdout)).toMatchObject({ session: { health: "idle" }, state: { cookies: 1, origins: 1 } });

  const output = join(folder, "out.json");
  const exported = await stand.run(["sessions", "export", "a-1", "--output", output]);
  said(exported);
  expect(exported).toMatchObject({ code: 0 });
  expect((await stat(output)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(output, "utf8"))).toEqual(stateOf("a-1"));

  await writeFile(output, "mine", { mode: 0o644 });
  const again = await stand.run(["sessions", "export", "a-1", "--output", output]);
  expect(said(again)).toMatch(/exists.*--force/u);
  expect(await readFile(output, "utf8")).toBe("mine");
  const elsewhere = join(folder, "elsewhere");
  await writeFile(elsewhere, "theirs");
  await rm(output);
  await symlink(elsewhere, output);
  await stand.run(["sessions", "export", "a-1", "--output", output, "--force"]);
  expect(JSON.parse(await readFile(output, "utf8"))).toEqual(stateOf("a-1"));
  expect(await readFile(elsewhere, "utf8")).toBe("theirs");
  expect((await readdir(folder)).toSorted()).toEqual(["a-1.json", "a-2.json", "elsewhere", "out.json"]);
  const printed = await stand.run(["sessions", "export", "a-2", "--stdout"]);
  expect(JSON.parse(printed.stdout)).toEqual(stateOf("a-2"));
}, 60_000);

test("an existing session is refused, skipped or replaced, and replaced only while nobody holds it", async () => {
  const stand = await startCliStand();
  const store = storeOf(stand);
  const folder = await imported(stand, ["a-1"], "--pool", "shop");
  await writeFile(join(folder, "a-2.json"), JSON.stringify(stateOf("a-2")));
  const run = (...more: readonly string[]) =>
    stand.run(["sessions", "import", folder, "--site", "shop.example", "--pool", "shop", ...more]);

  expect(said(await run())).toMatch(/a-1\.json \(a-1\): name: must be new/u);
  expect(await store.list()).toHaveLength(1);
  expect(said(await run("--skip-existing"))).toMatch(/Imported 1 session of .*, skipped 1 existing session\.\n/u);

  const owner = { container: "container-1", invocation: "i" };
  const taken = await store.take({ name: "a-1", owner, durationMs: LEASE_MS, purpose: "jobs" }, Date.now());
  if (taken.kind !== "taken") throw new Error(taken.kind);
  expect(said(await run("--replace"))).toMatch(/must not be held: container container-1/u);
  await store.release(taken.lease, {}, Date.now());
  expect(said(await run("--replace", "--policy", "shared"))).toMatch(/--policy: must be what is stored.*"shared"/u);

  await stand.run(["sessions", "quarantine", "a-1", "--reason", "looks odd"]);
  await writeFile(join(folder, "a-1.json"), JSON.stringify(stateOf("fresh")));
  const replaced = await run("--replace", "--json");
  expect(JSON.parse(replaced.stdout)).toMatchObject({ written: ["a-1", "a-2"], notWritten: [] });
  const record = await store.read("a-1");
  expect(record).toMatchObject({ condition: { kind: "ready" }, loginFence: record?.fence });
  expect(record?.holder).toBeUndefined();
  const output = join(folder, "out");
  await stand.run(["sessions", "export", "a-1", "--output", output]);
  expect(JSON.parse(await readFile(output, "utf8"))).toEqual(stateOf("fresh"));
}, 60_000);

test("quarantine, restore and retire say what they did, and disturb nobody where nothing changes", async () => {
  const stand = await startCliStand();
  const store = storeOf(stand);
  await imported(stand, ["a-1"], "--pool", "shop");
  const owner = { container: "container-1", invocation: "i" };
  const taken = await store.take({ name: "a-1", owner, durationMs: LEASE_MS, purpose: "jobs" }, Date.now());
  if (taken.kind !== "taken") throw new Error(taken.kind);
  expect(said(await stand.run(["sessions", "restore", "a-1"]))).toMatch(/a-1 is busy already/u);
  expect(await store.renew(taken.lease, LEASE_MS, Date.now())).toMatchObject({ kind: "done" });
  expect(said(await stand.run(["sessions", "list"]))).toMatch(/busy .*container-1/u);

  const put = await stand.run(["sessions", "quarantine", "a-1", "--reason", "the shop asks for a code"]);
  expect(said(put)).toMatch(/a-1 is unhealthy: the shop asks for a code\. The lease of container-1 ended/u);
  expect(await store.release(taken.lease, { uses: 1 }, Date.now())).toMatchObject({ kind: "fenced-out" });
  const shown = said(await stand.run(["sessions", "show", "a-1"]));
  expect(shown).toMatch(/reason +the shop asks for a code/u);
  expect(shown).toMatch(/next re-check .*in 59 min/u);
  expect(shown).toMatch(/fenced out +1/u);

  expect(said(await stand.run(["sessions", "restore", "a-1"]))).toMatch(/a-1 is idle/u);
  expect(said(await stand.run(["sessions", "retire", "a-1", "--reason", "account closed"]))).toMatch(/a-1 is retired/u);
  expect(said(await stand.run(["sessions", "retire", "a-1", "--reason", "again"]))).toMatch(/already: account closed/u);
  const unknown = await stand.run(["sessions", "retire", "nobody", "--reason", "x"]);
  expect(unknown.code).toBe(1);
  expect(said(unknown)).toMatch(/no session nobody.*sessions list/u);
}, 60_000);

test("definitions are added all or none, and no misplaced password is quoted", async () => {
  const stand = await startCliStand();
  const store = storeOf(stand);
  const login = { strategy: "nobody-knows", input: {} };
  const definitions = [
    { name: "a", site: "shop.example", login },
    { name: "b", site: "shop.example" },
    { name: "b", site: "Shop", login: { strategy: "recipe-login", input: {}, password: CANARY } },
    { name: "c", site: "shop.example", login: { strategy: "recipe-login", input: {}, credentials: CANARY } },
    { name: "d", site: "shop.example", login: { strategy: "recipe-login", input: { steps: CANARY } } },
  ];
  const refused = await stand.run(["sessions", "add", "-"], { input: JSON.stringify(definitions) });
  expect(refused.code).toBe(2);
  const errors = said(refused);
  for (const rule of [
    /line 1 \(a\): login\.strategy: must be the name of a login: .*recipe-login/u,
    /line 2 \(b\): login: must be there/u,
    /line 3 \(b\): name: .*line 2 has it too/u,
    /line 3 \(b\): site: .*"Shop"/u,
    /line 4 \(c\): login\.credentials: must be secretsmanager:sublet\/NAME or ssm:\/sublet\/NAME/u,
    /line 5 \(d\): login\.input\.steps: /u,
  ]) {
    expect(errors).toMatch(rule);
  }
  expect(await store.list()).toEqual([]);
  const endpoint = `wss://browser.example/cdp?token=${CANARY}`;
  const byRecipe = {
    strategy: "recipe-login",
    input: {
      steps: [{ do: "goto", url: "https://shop.example/login" }],
      check: { url: "https://shop.example/account", selector: "#name" },
    },
  };
  const good = ["e", "f"].map((name) =>
    JSON.stringify({ name, site: "shop.example", pool: "p", endpoint, login: byRecipe }),
  );
  const added = await stand.run(["sessions", "add", "-", "--json"], { input: good.join("\n") });
  expect(JSON.parse(added.stdout)).toEqual({ v: 1, written: ["e", "f"], skipped: [], notWritten: [] });
  const shown = said(await stand.run(["sessions", "show", "e"]));
  expect(shown).toMatch(/endpoint +wss:\/\/browser\.example\/cdp$/mu);
}, 60_000);
