import { readFile, stat } from "node:fs/promises";

import { readStorageState } from "../../functions/core/session/definition/read-storage-state.ts";
import type { StateSnapshot } from "../../functions/core/session/state/session-state.ts";
import type { SessionProblem } from "./problem.ts";
import type { SessionFile } from "./session-files.ts";

export type ReadStateFile =
  | { readonly kind: "state"; readonly snapshot: StateSnapshot }
  | { readonly kind: "invalid"; readonly problems: readonly SessionProblem[] };

/** Far above what fits when sealed (`SEALED_MAX_BYTES`), and far below what fills this process. */
const FILE_MAX_BYTES = 16 * 1024 * 1024;

/** Reads a file of Playwright's storage state. A value of a cookie or of storage stands in no problem. */
export async function readStateFile({ path, session }: SessionFile): Promise<ReadStateFile> {
  const invalid = (problem: Omit<SessionProblem, "file" | "session">): ReadStateFile => ({
    kind: "invalid",
    problems: [{ file: path, session, ...problem }],
  });
  let content: Uint8Array;
  try {
    const found = await stat(path);
    if (!found.isFile()) return invalid({ rule: "must be a file" });
    if (found.size > FILE_MAX_BYTES) {
      return invalid({ rule: `must not be over ${FILE_MAX_BYTES} bytes`, value: `${found.size} bytes` });
    }
    content = await readFile(path);
  } catch (error) {
    return invalid({ rule: "must be readable", value: (error as NodeJS.ErrnoException).code ?? "no access" });
  }
  const text = textOf(content);
  if (text === undefined) return invalid({ rule: "must be UTF-8" });
  const read = readStorageState(text);
  if (read.kind === "ok") return { kind: "state", snapshot: read.snapshot };
  return { kind: "invalid", problems: read.problems.map((problem) => ({ file: path, session, ...problem })) };
}

/** Editors put a mark before a text, which JSON doesn't know; the decoder takes it off. */
function textOf(content: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    return undefined;
  }
}
