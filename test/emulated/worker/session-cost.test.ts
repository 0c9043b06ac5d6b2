import { readFileSync } from "node:fs";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import type { Seal } from "../../../functions/core/session/seal.ts";
import type { SessionDefinition } from "../../../functions/core/session/session.ts";
import { DynamoDbLeaseStore } from "../../../functions/store/dynamodb-lease-store.ts";
import { DynamoDbSessionStore } from "../../../functions/store/dynamodb-session-store.ts";
import type { Container } from "../../../functions/worker/container.ts";
import { SessionRoom } from "../../../functions/worker/sessions/session-room.ts";
import { countRequests, type RequestCount } from "../../setup/request-count.ts";
import { MembersSite, quickLogin, sessionOf } from "./members-site.ts";
import { jobFor, LABELLED_SEAL, SESSIONS_TABLE, strategyThat, TABLE, WorkerStand } from "./worker-stand.ts";

/** What one delivery asked of the tables, and of the seal. */
interface Bill {
  /** Requests to the leases table, and to the sessions table: their names in order of the alphabet. */
  readonly leases: Tally;
  readonly sessions: Tally;
  readonly opened: number;
  readonly sealed: number;
}

type Tally = Readonly<Partial<Record<"GetItem" | "Query" | "UpdateItem" | "PutItem" | "Scan", number>>>;

/** Take and finish: the two writes that any job costs. */
const JOB = { UpdateItem: 2 } as const;

let stand: WorkerStand;
let site: MembersSite;
let leases: RequestCount;
let sessions: RequestCount;
let worker: Container;
let sealing: { opened: number; sealed: number };
beforeEach(async () => {
  stand = await WorkerStand.start();
  site = new MembersSite();
  stand.browser.site = site.answer;
  worker = newContainer();
});
afterEach(() => stand.stop());

const visit = strategyThat(async ({ page }) => {
  await page.goto("https://shop.example/orders");
  return page.url();
});
/** Leaves a cookie behind, another one each time. */
let preferences = 0;
const prefer = strategyThat(
  async ({ page }) => {
    preferences += 1;
    await page.goto(`https://shop.example/preference?name=p${preferences}&value=1`);
    return page.url();
  },
  { name: "prefer" },
);

/** A container that has seen nothing yet, with every request of it counted. */
function newContainer(environment: Readonly<Record<string, string>> = {}): Container {
  const [forLeases, forSessions] = [stand.dynamodb(), stand.dynamodb()];
  leases = countRequests(forLeases);
  sessions = countRequests(forSessions);
  sealing = { opened: 0, sealed: 0 };
  const store = new DynamoDbSessionStore(forSessions, SESSIONS_TABLE);
  const { credentials, logins, endpoints } = stand.sessionRoom([quickLogin]);
  const room = { store, seal: countedSeal(sealing), credentials, logins, endpoints };
  return stand.container([visit, prefer], environment, {
    leases: new DynamoDbLeaseStore(forLeases, TABLE, 30),
    sessions: new SessionRoom(room),
  });
}

function countedSeal(count: typeof sealing): Seal {
  return {
    seal: (context, plain) => {
      count.sealed += 1;
      return LABELLED_SEAL.seal(context, plain);
    },
    open: (context, sealed) => {
      count.opened += 1;
      return LABELLED_SEAL.open(context, sealed);
    },
  };
}

async function create(change: Partial<SessionDefinition> = {}): Promise<void> {
  const session = sessionOf({ name: "ada", ...change });
  stand.secrets.set(`ssm:/sublet/${session.name}`, { username: session.name });
  await stand.sessions.create(session, undefined, Date.now());
}

/** Sends so many jobs, delivers them in one batch, and answers what that cost. */
async function deliver(count: number, change: Parameters<typeof jobFor>[1], strategy = visit): Promise<Bill> {
  for (let sent = 0; sent < count; sent += 1) await stand.send(jobFor(strategy, change));
  leases.take();
  sessions.take();
  Object.assign(sealing, { opened: 0, sealed: 0 });
  await stand.deliver(worker, { max: 10 });
  return { leases: tally(leases), sessions: tally(sessions), ...sealing };
}

async function completed(): Promise<number> {
  return (await stand.results()).filter(({ kind }) => kind === "completed").length;
}

function tally(requests: RequestCount): Tally {
  const groups = Map.groupBy(requests.take(), (name) => name);
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.length]));
}

/** The table of docs/sessions.md says what is measured here: leases, sessions read, queried and written, opened, sealed. */
function expectDocumented(label: string, { leases: ofJob, sessions: of, opened, sealed }: Bill, jobs = 1): void {
  const page = readFileSync(new URL("../../../docs/sessions.md", import.meta.url), "utf8");
  const row = page.split("\n").find((line) => line.startsWith(`| ${label} |`)) ?? "";
  const cells = row.split("|").map((cell) => cell.trim());
  const writes = (ofJob.UpdateItem ?? 0) / jobs;
  const measured = [writes, of.GetItem, of.Query, of.UpdateItem, opened, sealed].map((value) => String(value ?? 0));
  expect(cells.slice(2, 8), `docs/sessions.md, row "${label}"`).toEqual(measured);
}

describe("what a job costs", () => {
  it("without a session: its lease, and nothing of the sessions table", async () => {
    const bill = await deliver(1, {});
    expect(bill).toEqual({ leases: JOB, sessions: {}, opened: 0, sealed: 0 });
    expectDocumented("no session", bill);
  });

  it("exclusive by name: two writes; in a container that hasn't seen the session a read before", async () => {
    await create();
    const login = await deliver(1, { session: "ada" });
    expect(login).toEqual({ leases: JOB, sessions: { GetItem: 1, UpdateItem: 3 }, opened: 0, sealed: 1 });
    const known = await deliver(1, { session: "ada" });
    expect(known).toEqual({ leases: JOB, sessions: { UpdateItem: 2 }, opened: 1, sealed: 0 });
    const changes = await deliver(1, { session: "ada" }, prefer);
    expect(changes).toEqual({ leases: JOB, sessions: { UpdateItem: 2 }, opened: 1, sealed: 1 });
    worker = newContainer();
    const elsewhere = await deliver(1, { session: "ada" });
    expect(elsewhere).toEqual({ leases: JOB, sessions: { GetItem: 1, UpdateItem: 2 }, opened: 1, sealed: 0 });
    expect(await completed()).toBe(4);
    expectDocumented("`exclusive` by name", known);
    expectDocumented("`exclusive` by name, state changed", changes);
    expectDocumented("`exclusive` by name, new to the container", elsewhere);
    expectDocumented("`exclusive` by name, with a login", login);
  });

  it("exclusive by pool: a query and two writes", async () => {
    await create({ pool: "shop" });
    const login = await deliver(1, { sessionPool: "shop" });
    // The look for sessions whose re-check is due, and the one for a ready one.
    expect(login).toEqual({ leases: JOB, sessions: { GetItem: 1, Query: 2, UpdateItem: 3 }, opened: 0, sealed: 1 });
    const known = await deliver(1, { sessionPool: "shop" });
    expect(known).toEqual({ leases: JOB, sessions: { Query: 1, UpdateItem: 2 }, opened: 1, sealed: 0 });
    worker = newContainer();
    const elsewhere = await deliver(1, { sessionPool: "shop" });
    expect(elsewhere).toEqual({ leases: JOB, sessions: { GetItem: 1, Query: 2, UpdateItem: 2 }, opened: 1, sealed: 0 });
    expect(await completed()).toBe(3);
    expectDocumented("`exclusive` by pool", known);
    expectDocumented("`exclusive` by pool, new to the container", elsewhere);
  });

  it("pages: two writes for the hold, however many jobs are in it", async () => {
    await create({ policy: "pages", pages: 5 });
    await deliver(1, { session: "ada" });
    const ten = await deliver(10, { session: "ada" });
    // Take and release: the jobs of one moment wait for the first one's take.
    expect(ten).toEqual({ leases: { UpdateItem: 20 }, sessions: { UpdateItem: 2 }, opened: 1, sealed: 0 });
    const changed = await deliver(10, { session: "ada" }, prefer);
    expect(changed).toEqual({ leases: { UpdateItem: 20 }, sessions: { UpdateItem: 2 }, opened: 1, sealed: 1 });
    expect(await stand.sessions.read("ada")).toMatchObject({ uses: 21 });
    expect(await completed()).toBe(21);
    expectDocumented("`pages`, 10 jobs in one hold", ten, 10);
    expectDocumented("`pages`, 10 jobs in one hold, state changed", changed, 10);
  });

  it("shared: one read, and a write only where there is something to tell", async () => {
    await create({ policy: "shared" });
    const login = await deliver(1, { session: "ada" });
    // Definition and record; take, save and release of the one who logs in.
    expect(login).toEqual({ leases: JOB, sessions: { GetItem: 2, UpdateItem: 3 }, opened: 1, sealed: 1 });
    const unchanged = await deliver(1, { session: "ada" });
    expect(unchanged).toEqual({ leases: JOB, sessions: { GetItem: 1 }, opened: 1, sealed: 0 });
    const changes = await deliver(1, { session: "ada" }, prefer);
    expect(changes).toEqual({ leases: JOB, sessions: { GetItem: 1, UpdateItem: 1 }, opened: 1, sealed: 1 });
    worker = newContainer();
    const elsewhere = await deliver(1, { session: "ada" });
    expect(elsewhere).toEqual({ leases: JOB, sessions: { GetItem: 2 }, opened: 1, sealed: 0 });
    expect(await completed()).toBe(4);
    expectDocumented("`shared`", unchanged);
    expectDocumented("`shared`, state changed", changes);
    expectDocumented("`shared`, new to the container", elsewhere);
    expectDocumented("`shared`, with a login", login);
  });

  it("shared by pool: each use is told, because the pool's order hangs on it", async () => {
    await create({ policy: "shared", pool: "shop" });
    await deliver(1, { sessionPool: "shop" });
    const known = await deliver(1, { sessionPool: "shop" });
    expect(known).toEqual({
      leases: JOB,
      sessions: { GetItem: 1, Query: 1, UpdateItem: 1 },
      opened: 1,
      sealed: 0,
    });
    expect(await completed()).toBe(2);
    expectDocumented("`shared` by pool", known);
  });
});

describe("what it costs to get no session", () => {
  const takenByAnother = () =>
    stand.sessions.take(
      { name: "ada", owner: { container: "other", invocation: "i" }, durationMs: 60_000, purpose: "jobs" },
      Date.now(),
    );

  it("a take that is refused costs its write, and no lease of the job", async () => {
    await create();
    await takenByAnother();
    worker = newContainer({ SUBLET_SESSION_WAIT_MS: "0" });
    const bill = await deliver(1, { session: "ada" });
    expect(bill).toEqual({ leases: {}, sessions: { GetItem: 1, UpdateItem: 1 }, opened: 0, sealed: 0 });
    expectDocumented("held elsewhere, first look", { ...bill, sessions: { UpdateItem: 1 } });
  });

  it("who waits on reads, because a refused write costs many times as much", async () => {
    await create();
    await takenByAnother();
    worker = newContainer({ SUBLET_SESSION_WAIT_MS: "600" });
    const bill = await deliver(1, { session: "ada" });
    expect(bill.sessions.UpdateItem).toBe(1);
    expect(bill.sessions.GetItem).toBeGreaterThan(2);
    expectDocumented("held elsewhere, each further look", {
      leases: {},
      sessions: { GetItem: 1 },
      opened: 0,
      sealed: 0,
    });
  });

  it("a pool of which nothing is free costs three looks into its index, and no write", async () => {
    await create({ pool: "shop" });
    await takenByAnother();
    worker = newContainer({ SUBLET_SESSION_WAIT_MS: "0" });
    const bill = await deliver(1, { sessionPool: "shop" });
    // One more in a container's first look: that for sessions whose re-check is due goes before the others.
    expect(bill).toEqual({ leases: {}, sessions: { Query: 4 }, opened: 0, sealed: 0 });
    expectDocumented("nothing free in the pool, each look", { ...bill, sessions: { Query: 3 } });
  });
});
