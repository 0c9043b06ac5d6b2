import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";

import { sessionName } from "../../functions/core/job/job-message.ts";
import { boundedValue } from "../../functions/core/job/rejection.ts";
import type { SessionProblem } from "./problem.ts";

/** A file of a session's state, by its name alone. */
export interface SessionFile {
  readonly path: string;
  /** The file's name without `.json`. */
  readonly session: string;
}

export interface FoundFiles {
  readonly files: readonly SessionFile[];
  readonly problems: readonly SessionProblem[];
}

const EXTENSION = ".json";

/** Finds the files of a folder and its subfolders, in the order of their paths. */
export async function findSessionFiles(folder: string): Promise<FoundFiles> {
  const problems: SessionProblem[] = [];
  const paths = (await jsonFilesBelow(folder, problems)).toSorted((one, other) => (one < other ? -1 : 1));
  if (paths.length + problems.length === 0) {
    problems.push({ file: folder, rule: `must hold at least one ${EXTENSION} file` });
  }
  const files = paths.map((path) => ({ path, session: basename(path, EXTENSION) }));
  return { files, problems: [...problems, ...files.flatMap(badName), ...doubles(files)] };
}

/** Hidden files and folders are left out, and so are links to folders, which may lead in a circle. */
async function jsonFilesBelow(folder: string, problems: SessionProblem[]): Promise<string[]> {
  let entries: Dirent[];
  try {
    entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
  } catch (error) {
    const value = (error as NodeJS.ErrnoException).code ?? "no access";
    problems.push({ file: folder, rule: "must be a folder that can be read", value });
    return [];
  }
  const nested = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return jsonFilesBelow(path, problems);
      return entry.name.endsWith(EXTENSION) && !(await leadsToFolder(path)) ? [path] : [];
    }),
  );
  return nested.flat();
}

/** A link to nowhere doesn't: reading it says what is wrong with it. */
async function leadsToFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

function badName({ path, session }: SessionFile): SessionProblem[] {
  const parsed = sessionName.safeParse(session);
  if (parsed.success) return [];
  const rule = parsed.error.issues.map(({ message }) => message).join("; ");
  const value = boundedValue(session);
  return [{ file: path, field: "name", rule, ...(value !== undefined && { value }) }];
}

/** One problem for each further file of a name: all of them are named, and none is silently the right one. */
function doubles(files: readonly SessionFile[]): SessionProblem[] {
  return [...Map.groupBy(files, ({ session }) => session).values()].flatMap(([first, ...more]) =>
    more.map(({ path, session }) => ({
      file: path,
      session,
      field: "name",
      rule: `must be the only file of its name; ${first?.path ?? ""} has it too`,
    })),
  );
}
