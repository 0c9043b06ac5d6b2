import type { CheckpointBody } from "../checkpoint/checkpoint.ts";
import type { ContextLossKind } from "../job/job-history.ts";

/** What one invocation spent so that nothing is lost, and what was lost all the same. */
export interface DurabilityUsage {
  readonly checkpoints: number;
  readonly checkpointBytes: number;
  /** Checkpoints that were too large for their record. */
  readonly checkpointObjects: number;
  readonly checkpointMs: readonly number[];
  /** Jobs that went on in place, by what they had lost. */
  readonly recovered: Readonly<Record<ContextLossKind, number>>;
  /** From the loss of a context to the restored one. */
  readonly recoveryMs: readonly number[];
  readonly displaced: number;
  readonly displacedMs: readonly number[];
  readonly moved: number;
  readonly poisoned: number;
  readonly killed: number;
  /** Work done again after crashes and displacements. */
  readonly repeatedMs: number;
}

/** Adds up one invocation. */
export class DurabilityMeter {
  readonly #checkpointMs: number[] = [];
  readonly #recovered: Record<ContextLossKind, number> = { browser: 0, renderer: 0, memory: 0 };
  readonly #recoveryMs: number[] = [];
  readonly #displacedMs: number[] = [];
  readonly #counts = { moved: 0, poisoned: 0, killed: 0 };
  #checkpointBytes = 0;
  #checkpointObjects = 0;
  #repeatedMs = 0;

  checkpointed(body: CheckpointBody, tookMs: number): void {
    this.#checkpointMs.push(tookMs);
    this.#checkpointBytes += body.kind === "inline" ? body.packed.byteLength : body.bytes;
    if (body.kind === "object") this.#checkpointObjects += 1;
  }

  recovered(lost: ContextLossKind, recoveryMs: number): void {
    this.#recovered[lost] += 1;
    this.#recoveryMs.push(recoveryMs);
  }

  /** Work that is to be done again. */
  repeated(ms: number): void {
    this.#repeatedMs += ms;
  }

  displaced(waitedMs: number, repeatedMs: number): void {
    this.#displacedMs.push(waitedMs);
    this.#repeatedMs += repeatedMs;
  }

  count(what: "moved" | "poisoned" | "killed"): void {
    this.#counts[what] += 1;
  }

  read(): DurabilityUsage {
    return {
      checkpoints: this.#checkpointMs.length,
      checkpointBytes: this.#checkpointBytes,
      checkpointObjects: this.#checkpointObjects,
      checkpointMs: this.#checkpointMs,
      recovered: this.#recovered,
      recoveryMs: this.#recoveryMs,
      displaced: this.#displacedMs.length,
      displacedMs: this.#displacedMs,
      ...this.#counts,
      repeatedMs: this.#repeatedMs,
    };
  }
}
