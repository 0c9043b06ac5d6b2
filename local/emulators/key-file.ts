import { randomBytes } from "node:crypto";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { NotPossibleHere } from "../not-possible-here.ts";
import { readOwnerOnly } from "./owner-only-file.ts";

const KEY_BYTES = 32;

/**
 * The master key that stands in for KMS, made at the first use. Throws `NotPossibleHere` where others may read the file
 * or it holds something else.
 */
export async function openKeyFile(path: string): Promise<Buffer> {
  const text = (await readOwnerOnly(path)) ?? (await makeKeyFile(path));
  const key = Buffer.from(text.trim(), "base64");
  if (key.length === KEY_BYTES) return key;
  throw new NotPossibleHere(`${path} is not a key of the local stack. Remove it, and a new one is made.`);
}

/** Whole or not at all: of two processes at once the first one's key stands. */
async function makeKeyFile(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const made = `${path}.${randomBytes(6).toString("hex")}`;
  await writeFile(made, `${randomBytes(KEY_BYTES).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  try {
    await link(made, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  } finally {
    await rm(made);
  }
  return (await readOwnerOnly(path)) ?? "";
}
