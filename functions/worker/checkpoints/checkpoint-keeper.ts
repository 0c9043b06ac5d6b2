import type { CheckpointObjects } from "../../core/checkpoint/checkpoint-objects.ts";
import { CHECKPOINT_INLINE_MAX_BYTES } from "../../core/checkpoint/checkpoint.ts";
import type { Checkpoint, CheckpointBody, CheckpointContent } from "../../core/checkpoint/checkpoint.ts";
import { StoreUnavailable } from "../../core/job/store-failures.ts";
import type { LeaseStore, UnderLease } from "../../core/lease/lease-store.ts";
import type { Lease } from "../../core/lease/lease.ts";
import type { Log } from "../../core/logging/log.ts";
import type { Seal } from "../../core/session/seal.ts";
import { packContent, sealContextOf, unpackContent } from "./packed-content.ts";

export interface KeeperOptions {
  readonly leases: Pick<LeaseStore, "checkpoint">;
  readonly objects: CheckpointObjects;
  readonly seal: Seal;
  readonly log: Log;
}

/** Whose checkpoint it is. */
export interface CheckpointOwner {
  readonly job: string;
  readonly site: string;
}

/** Writes checkpoints and reads them back: packed, sealed where they hold a login, in the record or beside it. */
export class CheckpointKeeper {
  readonly #options: KeeperOptions;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /**
   * The object first, then the record that names it, so that a record never names what isn't there. The checkpoint before
   * is given up afterwards.
   * @returns the checkpoint as it is stored
   * @throws TooLarge, StoreUnavailable
   */
  async save(
    owner: CheckpointOwner,
    lease: Lease,
    checkpoint: Omit<Checkpoint, "body" | "savedAtMs">,
    content: CheckpointContent,
    before: Checkpoint | undefined,
  ): Promise<UnderLease<Checkpoint>> {
    const { leases, objects, seal } = this.#options;
    const { packed, sealed } = await packContent(seal, sealContextOf(owner.job, owner.site), content);
    const body: CheckpointBody =
      packed.byteLength <= CHECKPOINT_INLINE_MAX_BYTES
        ? { kind: "inline", packed, sealed }
        : {
            kind: "object",
            key: await objects.put(owner.job, lease.fence, checkpoint.sequence, packed),
            bytes: packed.byteLength,
            sealed,
          };
    const savedAtMs = Date.now();
    const saved = await leases.checkpoint(lease, { ...checkpoint, body }, savedAtMs);
    if (saved.kind === "done") {
      this.discard(before?.body);
      return { kind: "done", value: { ...checkpoint, body, savedAtMs } };
    }
    // It may have been written all the same, its answer lost, and then been found by the next holder.
    if (!isSameObject(saved.record?.checkpoint?.body, body)) this.discard(body);
    return saved;
  }

  /**
   * What a checkpoint says; undefined where it can't be read any more: the job starts over then.
   * @throws StoreUnavailable
   */
  async open(owner: CheckpointOwner, { body, sequence }: Checkpoint): Promise<CheckpointContent | undefined> {
    const { objects, seal, log } = this.#options;
    try {
      const packed = body.kind === "inline" ? body.packed : await objects.get(body.key);
      if (packed === undefined) throw new Error("its object is gone");
      return await unpackContent(seal, sealContextOf(owner.job, owner.site), { packed, sealed: body.sealed });
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      log.warn("a checkpoint can't be read; the job starts over", { job: owner.job, sequence, error });
      return undefined;
    }
  }

  /** Removes the object of a checkpoint that nobody needs any more. Not awaited: what stays is collected by its age. */
  discard(body: CheckpointBody | undefined): void {
    if (body?.kind !== "object") return;
    const { objects, log } = this.#options;
    objects.remove(body.key).catch((error: unknown) => log.debug("a checkpoint's object stays", { error }));
  }
}

function isSameObject(one: CheckpointBody | undefined, other: CheckpointBody): boolean {
  return one?.kind === "object" && other.kind === "object" && one.key === other.key;
}
