import type { JobResult } from "../functions/core/job/job-result.ts";
import type { LeaseKey, LeaseRecord } from "../functions/core/lease/lease.ts";
import { DynamoDbLeaseStore } from "../functions/store/dynamodb-lease-store.ts";
import type { Target } from "./target/target.ts";

/** One job's record, as `sublet status` shows it. */
export interface JobRecord {
  readonly id: string;
  readonly state: LeaseRecord["state"];
  readonly attempt: number;
  /** The same in whichever container it goes on. */
  readonly lease: string;
  readonly fence: number;
  readonly container: string;
  readonly class?: string;
  readonly strategy?: string;
  readonly site?: string;
  readonly acquiredAtMs: number;
  readonly renewedAtMs: number;
  readonly expiresAtMs: number;
  readonly releaseReason?: string;
  readonly checkpoint?: { readonly sequence: number; readonly stage: string; readonly savedAtMs: number };
  /** Present when finished. */
  readonly result?: JobResult;
}

/** What an operator's command writes stays as long as what a worker writes by default. */
const RETENTION_DAYS = 30;
/** So many held leases a command looks at. */
export const LISTED_MAX = 10_000;

const JOB_PREFIX = "job#";

type Records = Pick<Target, "dynamodb" | "outputs">;

export function leasesOf({ dynamodb, outputs }: Records): DynamoDbLeaseStore {
  return new DynamoDbLeaseStore(dynamodb, outputs.LeasesTableName, RETENTION_DAYS);
}

export function jobKey(id: string): LeaseKey {
  return `${JOB_PREFIX}${id}`;
}

/** One strongly consistent read. */
export async function readRecord(target: Records, id: string): Promise<JobRecord | undefined> {
  const record = await leasesOf(target).read(jobKey(id));
  return record && recordOf(record);
}

/** One batch read for each 100 ids; ids without a record are left out. */
export async function readRecords(target: Records, ids: readonly string[]): Promise<JobRecord[]> {
  return (await leasesOf(target).readMany(ids.map(jobKey))).map(recordOf);
}

/** Jobs that run now, soonest expiry first, as the index shows them: a moment late. */
export async function listRunning(target: Records): Promise<JobRecord[]> {
  const held = await leasesOf(target).listHeld(LISTED_MAX);
  return held.filter(({ key }) => key.startsWith(JOB_PREFIX)).map(recordOf);
}

function recordOf(record: LeaseRecord): JobRecord {
  const { checkpoint, jobClass, strategy, site, releaseReason, result } = record;
  const optional = {
    class: jobClass,
    strategy,
    site,
    releaseReason,
    checkpoint: checkpoint && {
      sequence: checkpoint.sequence,
      stage: checkpoint.stage,
      savedAtMs: checkpoint.savedAtMs,
    },
    result,
  };
  return {
    id: record.key.slice(JOB_PREFIX.length),
    state: record.state,
    attempt: record.attempt,
    lease: record.id,
    fence: record.fence,
    container: record.owner.container,
    acquiredAtMs: record.acquiredAtMs,
    renewedAtMs: record.renewedAtMs,
    expiresAtMs: record.expiresAtMs,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}
