import { NodeAlgorithmSuite } from "@aws-crypto/material-management-node";
import { deserializeFactory } from "@aws-crypto/serialize";

const { deserializeMessageHeader } = deserializeFactory(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  NodeAlgorithmSuite,
);

/**
 * Around the content of the one, final frame: its mark, sequence number, IV and length before, the tag after it.
 * Source: AWS Encryption SDK developer guide, "message format reference", framed data.
 */
const FRAME_OVERHEAD_BYTES = 4 + 4 + 12 + 4 + 16;

/**
 * How long a message of one frame with so much content is: what follows isn't authenticated, and the SDK doesn't look at
 * it.
 */
export function sealedLength(sealed: Uint8Array, contentBytes: number): number | undefined {
  const header = deserializeMessageHeader(sealed, { maxEncryptedDataKeys: 1 });
  if (!header) return undefined;
  return header.rawHeader.byteLength + header.headerAuth.headerAuthLength + FRAME_OVERHEAD_BYTES + contentBytes;
}
