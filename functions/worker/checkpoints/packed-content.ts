import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";

import { z } from "zod";

import { CHECKPOINT_MAX_BYTES, type CheckpointContent } from "../../core/checkpoint/checkpoint.ts";
import { TooLarge } from "../../core/job/store-failures.ts";
import type { Seal, SealContext } from "../../core/session/seal.ts";

const zip = promisify(gzip);
const unzip = promisify(gunzip);

export interface PackedContent {
  readonly packed: Uint8Array;
  readonly sealed: boolean;
}

/** What a checkpoint's sealed state belongs to: no session has such a name. */
export function sealContextOf(job: string, site: string): SealContext {
  return { session: `job#${job}`, site };
}

/**
 * Compresses a content, and seals it where it holds cookies or storage; sealing compresses by itself. Costs a key request
 * where it seals. Throws `TooLarge` over `CHECKPOINT_MAX_BYTES`, and `StoreUnavailable` where the key service doesn't answer.
 */
export async function packContent(
  seal: Pick<Seal, "seal">,
  context: SealContext,
  content: CheckpointContent,
): Promise<PackedContent> {
  const plain = Buffer.from(JSON.stringify(content));
  if (plain.byteLength > CHECKPOINT_MAX_BYTES) {
    throw new TooLarge("the checkpoint", plain.byteLength, CHECKPOINT_MAX_BYTES);
  }
  if (content.state === undefined) return { packed: await zip(plain), sealed: false };
  return { packed: await seal.seal(context, plain), sealed: true };
}

/** Throws `SealBroken`, `StoreUnavailable`, or another error where the bytes aren't a content. */
export async function unpackContent(
  seal: Pick<Seal, "open">,
  context: SealContext,
  { packed, sealed }: PackedContent,
): Promise<CheckpointContent> {
  const plain = sealed
    ? await seal.open(context, packed)
    : await unzip(packed, { maxOutputLength: CHECKPOINT_MAX_BYTES });
  return contentSchema.parse(JSON.parse(Buffer.from(plain).toString("utf8"))) as CheckpointContent;
}

/** Only this program writes contents, and what is sealed is authentic: enough to tell another version's from this one's. */
const contentSchema = z.object({
  cursor: z.unknown(),
  page: z.object({ url: z.string(), scrollX: z.number(), scrollY: z.number() }).optional(),
  artifacts: z.array(z.object({ name: z.string(), uri: z.string() }).loose()).optional(),
  state: z.object({ cookies: z.array(z.unknown()), origins: z.array(z.unknown()) }).optional(),
});
