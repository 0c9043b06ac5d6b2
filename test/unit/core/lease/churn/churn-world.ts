import type { LeaseStore } from "../../../../../functions/core/lease/lease-store.ts";
import type { Lease } from "../../../../../functions/core/lease/lease.ts";
import type { SeededRandom } from "../../session/schedules/seeded-random.ts";
import type { ChurnEvent } from "./churn-history.ts";
import type { WorkerKind } from "./churn-worker.ts";
import { SimulatedQueue } from "./simulated-queue.ts";
import { SimulatedTime } from "./simulated-time.ts";
import { WatchedLeaseStore } from "./watched-lease-store.ts";

/** What all containers share: the true time, the queue, the store and the site. */
export class ChurnWorld {
  readonly time = new SimulatedTime();
  readonly history: ChurnEvent[] = [];
  /** Each job's key, and how many pages it has to visit. */
  readonly jobs = new Map<string, number>();
  readonly queue: SimulatedQueue;
  readonly store: WatchedLeaseStore;
  readonly workers: WorkerKind;

  constructor(store: LeaseStore, workers: WorkerKind, random: SeededRandom) {
    this.queue = new SimulatedQueue(this.time, random);
    this.store = new WatchedLeaseStore(store, this.history);
    this.workers = workers;
  }

  send(job: string, pages: number): void {
    this.jobs.set(`job#${job}`, pages);
    this.queue.send(job);
  }

  pagesOf(key: string): number {
    return this.jobs.get(key) ?? 0;
  }

  acts({ key, owner, fence }: Lease, page: number): void {
    this.history.push({ kind: "acted", key, container: owner.container, fence, page });
  }

  get isDone(): boolean {
    return this.queue.isEmpty;
  }
}
