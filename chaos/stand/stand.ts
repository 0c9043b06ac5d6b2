import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { LOCAL_FLEET_STACK } from "../../cli/build/ensure-built.ts";
import { PATHS } from "../../cli/project-paths.ts";
import type { FleetOrderStore } from "../../functions/core/fleet/fleet-orders.ts";
import type { LeaseStore } from "../../functions/core/lease/lease-store.ts";
import { DynamoDbLeaseStore } from "../../functions/store/dynamodb-lease-store.ts";
import { DynamoDbFleetOrders } from "../../functions/store/fleet-orders.ts";
import type { ContainerLine } from "../../local/runtime/container-log.ts";
import type { ContainerView } from "../../local/runtime/container.ts";
import { startLocalStack, type LocalStack } from "../../local/start-local-stack.ts";
import type { Exchange } from "../aws-proxy/aws-proxy.ts";
import type { FaultRule } from "../aws-proxy/fault-rule.ts";
import { startSite, type Site, type SiteVisit } from "../load/site.ts";
import { openAwsDoors, type AwsDoors } from "./aws-doors.ts";
import { COMPRESSED_TIME, QUEUE_VISIBILITY_SECONDS } from "./compressed-time.ts";
import { connectionOwner } from "./processes.ts";
import { Queues } from "./queues.ts";

export interface StandOptions {
  /** The worker's settings beside the template's. @default compressed time */
  readonly variables?: Readonly<Record<string, string>>;
  /** Each container in a cgroup of its function's memory and CPU; throws `NotPossibleHere`. @default false */
  readonly cells?: boolean;
}

/** What goes on in a stand, as it happens. */
export interface StandListener {
  visited(visit: SiteVisit): void;
  exchanged(exchange: Exchange): void;
  logged(line: ContainerLine): void;
  /** An invocation that failed: expected where a container was killed. */
  failed(why: string): void;
}

const NOBODY: StandListener = { visited: () => {}, exchanged: () => {}, logged: () => {}, failed: () => {} };
const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };
const RETENTION_DAYS = 30;
export const JOB_QUEUES = ["ExpressQueueUrl", "JobsQueueUrl", "SessionJobsQueueUrl"] as const;
type QueueOutput = (typeof JOB_QUEUES)[number] | "ResultsQueueUrl" | "DeadLetterQueueUrl";

/** The whole fleet on this machine, with proxies before AWS and a site of its own; kept over many plans. */
export class Stand {
  readonly site: Site;
  readonly queues: Queues;
  /** Past the proxies. */
  readonly leases: LeaseStore;
  readonly orders: FleetOrderStore;
  readonly #stack: LocalStack;
  readonly #doors: AwsDoors;
  readonly #reigns: Reigns;
  readonly #observer: DynamoDBClient;
  readonly #logDirectory: string;

  private constructor(stack: LocalStack, doors: AwsDoors, site: Site, reigns: Reigns, logDirectory: string) {
    this.site = site;
    this.#stack = stack;
    this.#doors = doors;
    this.#reigns = reigns;
    this.#logDirectory = logDirectory;
    this.queues = new Queues(stack);
    const { region, endpoints } = stack;
    this.#observer = new DynamoDBClient({ region, endpoint: endpoints.dynamodb, credentials: CREDENTIALS });
    const table = this.#output("LeasesTableName");
    this.leases = new DynamoDbLeaseStore(this.#observer, table, RETENTION_DAYS);
    this.orders = new DynamoDbFleetOrders(this.#observer, table);
  }

  /** @param containers most at once */
  static async open(containers: number, options: StandOptions = {}): Promise<Stand> {
    const { variables = COMPRESSED_TIME, cells = false } = options;
    const logDirectory = await mkdtemp(join(tmpdir(), "sublet-chaos-"));
    const reigns: Reigns = { listener: NOBODY, random: Math.random, timeoutSeconds: undefined };
    let doors: AwsDoors | undefined;
    let stack: LocalStack | undefined;
    const site = await startSite({
      ownerOf: (clientPort, sitePort) => connectionOwner(stack?.containers() ?? [], clientPort, sitePort)?.id,
      onVisit: (visit) => reigns.listener.visited(visit),
    });
    stack = await startLocalStack({
      assemblyDirectory: PATHS.assembly,
      containers,
      cells,
      logDirectory,
      optPaths: { SUBLET_CHROMIUM_DIR: "/opt/chromium" },
      timeoutSeconds: () => reigns.timeoutSeconds,
      onLine: (line) => reigns.listener.logged(line),
      onFault: (why) => reigns.listener.failed(why),
      environment: async (endpoints) => {
        const onExchange = (exchange: Exchange) => reigns.listener.exchanged(exchange);
        doors = await openAwsDoors(endpoints, { onExchange, random: () => reigns.random() });
        return { ...variables, ...doors.variables };
      },
    });
    if (doors === undefined) throw new Error("the local stack started without asking for its variables");
    const stand = new Stand(stack, doors, site, reigns, logDirectory);
    for (const name of JOB_QUEUES) await stand.queues.setVisibility(stand.queueUrl(name), QUEUE_VISIBILITY_SECONDS);
    return stand;
  }

  containers(): readonly ContainerView[] {
    return this.#stack.containers();
  }

  queueUrl(name: QueueOutput): string {
    return this.#output(name);
  }

  /** From now on this listener alone is told. @param random draws for the proxies' rules */
  watch(listener: StandListener, random: () => number): void {
    Object.assign(this.#reigns, { listener, random });
  }

  aws(rules: readonly FaultRule[]): void {
    this.#doors.setRules(rules);
  }

  functionTimeout(seconds: number | undefined): void {
    this.#reigns.timeoutSeconds = seconds;
  }

  /** No process and no temporary folder stays. Idempotent. */
  async close(): Promise<void> {
    this.queues.close();
    this.#observer.destroy();
    await this.#stack.close();
    await Promise.all([this.#doors.close(), this.site.close()]);
    await rm(this.#logDirectory, { recursive: true, force: true });
  }

  #output(name: string): string {
    const value = this.#stack.outputs(LOCAL_FLEET_STACK)[name];
    if (value === undefined) throw new Error(`the fleet's stack has no output ${name}`);
    return value;
  }
}

/** What holds for the plan that runs now. */
interface Reigns {
  listener: StandListener;
  random: () => number;
  timeoutSeconds: number | undefined;
}
