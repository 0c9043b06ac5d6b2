import { setTimeout as delay } from "node:timers/promises";

import type { OutcomeKind } from "../functions/core/job/outcome.ts";
import type { ContainerLine } from "../local/runtime/container-log.ts";
import type { Exchange } from "./aws-proxy/aws-proxy.ts";
import type { LeaseWrite, SeenResult, Visit } from "./history.ts";
import type { SiteVisit } from "./load/site.ts";
import { plannedPages, type Plan } from "./plan/plan.ts";
import { leaseWriteOf, refusedWriteOf } from "./stand/read-exchange.ts";
import type { StandListener } from "./stand/stand.ts";

/** A result's message as far as a checker looks at it. */
interface ResultBody {
  readonly id: string;
  readonly kind: OutcomeKind;
  readonly fence: number;
  readonly error?: { readonly name: string; readonly message: string };
  readonly output?: { readonly values?: { readonly rows?: readonly string[] } };
}

/** A plan that takes longer has lost something. */
const PLAN_MAX_MS = 90_000;
/** What waits for more pages to be served waits no longer than this for the next. */
const STANDSTILL_MS = 15_000;
const LOOK_EVERY_MS = 50;

/** Gathers what is seen of one plan while it runs. */
export class PlanWatch implements StandListener {
  readonly writes: LeaseWrite[] = [];
  readonly refusals: LeaseWrite[] = [];
  readonly results: SeenResult[] = [];
  /** Invocations that failed, in the local stack's words. */
  readonly failures: string[] = [];
  readonly #plan: Plan;
  readonly #visits: SiteVisit[] = [];
  /** Pages of lists that were served at least once. */
  readonly #served = new Set<string>();
  readonly #ofPlan: ReadonlySet<string>;
  /** The local stack's name of a container to the worker's own. */
  readonly #names: Map<string, string>;
  /** SQS's id of a message to the job that was sent in it. */
  readonly #messages = new Map<string, string>();
  readonly #giveUpAtMs = Date.now() + PLAN_MAX_MS;
  #changed = Promise.withResolvers<void>();

  /** @param names kept over plans, as containers are */
  constructor(plan: Plan, names: Map<string, string>) {
    this.#plan = plan;
    this.#names = names;
    this.#ofPlan = new Set(plan.jobs.map(({ id }) => id));
  }

  visited(visit: SiteVisit): void {
    if (!this.#ofPlan.has(visit.job)) return;
    this.#visits.push(visit);
    this.#served.add(`${visit.job} ${visit.page}`);
    this.#change();
  }

  exchanged(exchange: Exchange): void {
    const accepted = leaseWriteOf(exchange);
    const refused = refusedWriteOf(exchange);
    if (accepted !== undefined && this.#ofPlan.has(accepted.job)) this.writes.push(accepted);
    if (refused !== undefined && this.#ofPlan.has(refused.job)) this.refusals.push(refused);
    this.#change();
  }

  logged({ container, message }: ContainerLine): void {
    const name = (message as { readonly container?: unknown } | null)?.container;
    if (typeof name === "string") this.#names.set(container, name);
  }

  failed(why: string): void {
    this.failures.push(why);
  }

  sent(messageId: string, job: string): void {
    this.#messages.set(messageId, job);
  }

  result(body: string, atMs: number): void {
    const { id, kind, fence, error, output } = JSON.parse(body) as ResultBody;
    const rows = output?.values?.rows;
    this.results.push({
      id: this.#ofPlan.has(id) ? id : (this.#messages.get(id) ?? id),
      kind,
      fence,
      atMs,
      ...(rows === undefined ? {} : { rows }),
      ...(error === undefined ? {} : { error: `${error.name}: ${error.message}` }),
    });
    this.#change();
  }

  /** Share of the load's pages that have been served, 0 to 1. */
  get share(): number {
    return this.#served.size / Math.max(1, plannedPages(this.#plan));
  }

  /** Whether every job has told its result, or the plan was given up. */
  get isOver(): boolean {
    const ended = new Set(this.results.map(({ id }) => id));
    return Date.now() >= this.#giveUpAtMs || this.#plan.jobs.every(({ id }) => ended.has(id));
  }

  async untilOver(): Promise<void> {
    await this.#until(() => this.isOver);
  }

  /** Resolves when so much of the load's pages has been served; also where the load stands still, or is over. */
  async untilShare(share: number): Promise<void> {
    const standsStill = () => Date.now() - (this.#visits.at(-1)?.atMs ?? Number.POSITIVE_INFINITY) > STANDSTILL_MS;
    await this.#until(() => this.share >= share || standsStill() || this.isOver);
  }

  /** Resolves at the next thing that is seen. */
  change(): Promise<void> {
    return this.#changed.promise;
  }

  /** Worker's own name of a container. */
  nameOf(container: string): string | undefined {
    return this.#names.get(container);
  }

  /** Jobs that are leased, by the worker's name of their container. */
  atWork(): ReadonlyMap<string, readonly string[]> {
    const holders = new Map<string, string>();
    for (const { job, kind, container } of this.writes) {
      if (kind === "take") holders.set(job, container);
      else if (kind === "release" || kind === "finish") holders.delete(job);
    }
    const byContainer = Map.groupBy(holders, ([, container]) => container);
    return new Map([...byContainer].map(([container, jobs]) => [container, jobs.map(([job]) => job)]));
  }

  visits(): Visit[] {
    return this.#visits.map(({ job, page, atMs, connection, foreign }) => ({
      job,
      page,
      atMs,
      foreign,
      container: connection.owner === undefined ? undefined : this.#names.get(connection.owner),
      connectedAtMs: connection.openedAtMs,
    }));
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await Promise.race([this.change(), delay(LOOK_EVERY_MS)]);
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
