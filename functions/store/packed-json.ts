import { gunzipSync, gzipSync } from "node:zlib";

import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** Below one KB compression saves no write unit, and plain text can be read in the console. */
const PLAIN_MAX_BYTES = 1_024;
const UNPACKED_MAX_BYTES = 16 * 1024 * 1024;

/**
 * JSON as an attribute: a string when short, gzip in a binary from 1 KB. DynamoDB charges every later write for the
 * whole item, so a checkpoint of 20 KB of text would make each renewal cost 20 write units; packed it costs about three.
 */
export function packJson(json: string): AttributeValue {
  return Buffer.byteLength(json) <= PLAIN_MAX_BYTES ? { S: json } : { B: gzipSync(json) };
}

/** The JSON of an attribute that `packJson` wrote; `undefined` where there is none. */
export function unpackJson(attribute: AttributeValue | undefined): string | undefined {
  if (attribute?.B !== undefined) return gunzipSync(attribute.B, { maxOutputLength: UNPACKED_MAX_BYTES }).toString();
  return attribute?.S;
}
