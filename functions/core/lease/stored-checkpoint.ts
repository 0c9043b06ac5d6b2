import { CHECKPOINT_INLINE_MAX_BYTES, type Checkpoint } from "../checkpoint/checkpoint.ts";
import { TooLarge } from "../job/store-failures.ts";

/** A checkpoint as a record keeps it. Throws `TooLarge` where an inline body is over `CHECKPOINT_INLINE_MAX_BYTES`. */
export function storedCheckpoint(checkpoint: Omit<Checkpoint, "savedAtMs">, savedAtMs: number): Checkpoint {
  const { sequence, stage, attempt, workedMs, body } = checkpoint;
  if (body.kind === "inline" && body.packed.byteLength > CHECKPOINT_INLINE_MAX_BYTES) {
    throw new TooLarge("the checkpoint", body.packed.byteLength, CHECKPOINT_INLINE_MAX_BYTES);
  }
  return copyOfCheckpoint({ sequence, stage, savedAtMs, attempt, workedMs, body });
}

/** Frozen but for the bytes, which nothing can freeze: they are the copy's own. */
export function copyOfCheckpoint(checkpoint: Checkpoint): Checkpoint {
  const { body } = checkpoint;
  const copy = body.kind === "inline" ? { ...body, packed: new Uint8Array(body.packed) } : { ...body };
  return Object.freeze({ ...checkpoint, body: Object.freeze(copy) });
}

/** Whether one is the repetition of the other, word for word. */
export function sameCheckpoint(one: Checkpoint | undefined, other: Checkpoint): boolean {
  return (
    one !== undefined &&
    one.sequence === other.sequence &&
    one.stage === other.stage &&
    one.savedAtMs === other.savedAtMs &&
    one.attempt === other.attempt &&
    one.workedMs === other.workedMs &&
    sameBody(one.body, other.body)
  );
}

function sameBody(one: Checkpoint["body"], other: Checkpoint["body"]): boolean {
  if (one.sealed !== other.sealed) return false;
  if (one.kind === "object") return other.kind === "object" && one.key === other.key && one.bytes === other.bytes;
  return (
    other.kind === "inline" &&
    one.packed.byteLength === other.packed.byteLength &&
    one.packed.every((byte, index) => byte === other.packed[index])
  );
}
