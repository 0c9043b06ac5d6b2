import type { BrowserPool } from "../browser/browser-pool.ts";
import type { FleetOrderStore } from "../core/fleet/fleet-orders.ts";
import type { ArtifactStore } from "../core/job/artifact-store.ts";
import type { JobQueue } from "../core/job/job-queue.ts";
import type { LeaseStore } from "../core/lease/lease-store.ts";
import type { Log } from "../core/logging/log.ts";
import type { Strategy } from "../strategies/contract/define-strategy.ts";
import type { BrowserAccount } from "./browser-account.ts";
import type { CheckpointKeeper } from "./checkpoints/checkpoint-keeper.ts";
import type { WorkerConfiguration } from "./configuration.ts";
import type { SessionRoom } from "./sessions/session-room.ts";

/** What lives as long as the container does, over all its invocations. `compose.ts` builds it. */
export interface Container {
  /** Unique over the fleet. */
  readonly id: string;
  readonly configuration: WorkerConfiguration;
  readonly leases: LeaseStore;
  readonly checkpoints: CheckpointKeeper;
  readonly orders: Pick<FleetOrderStore, "read">;
  readonly queue: JobQueue;
  readonly artifacts: ArtifactStore;
  readonly browser: BrowserPool;
  readonly account: BrowserAccount;
  readonly sessions: SessionRoom;
  readonly strategies: ReadonlyMap<string, Strategy>;
  readonly log: Log;
}
