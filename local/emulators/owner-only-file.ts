import { constants } from "node:fs";
import { open } from "node:fs/promises";

import { NotPossibleHere } from "../not-possible-here.ts";

/** Bits of a file's mode that give others than its owner any right. */
const OTHERS = 0o077;

/**
 * The text of a file that nobody but its owner may read; undefined where there is none. Throws `NotPossibleHere` for
 * one that others have rights on, that belongs to somebody else, or that is no plain file.
 */
export async function readOwnerOnly(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    if ((error as NodeJS.ErrnoException).code === "ELOOP")
      throw new NotPossibleHere(`${path} is a link. Name the file.`);
    throw error;
  });
  if (!file) return undefined;
  try {
    // Of the open file: the path may name another one by now.
    const { mode, uid } = await file.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new NotPossibleHere(`${path} is not a plain file.`);
    if (uid !== process.getuid?.()) throw new NotPossibleHere(`${path} belongs to another user.`);
    if ((mode & OTHERS) !== 0) {
      const rights = (mode & 0o777).toString(8);
      throw new NotPossibleHere(`Others than its owner may use ${path} (mode ${rights}). Run \`chmod 600 ${path}\`.`);
    }
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}
