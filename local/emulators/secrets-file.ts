import { NotPossibleHere } from "../not-possible-here.ts";
import { ServiceRefusal } from "./json-service.ts";
import { readOwnerOnly } from "./owner-only-file.ts";

/** Finds a secret's value by its name; undefined where there is none. Throws `ServiceRefusal`. */
export type FindSecret = (name: string) => Promise<string | undefined>;

/**
 * Secrets from a file of lines `NAME=VALUE`, such as `sublet/shop={"username":"demo","password":"demo"}`; single quotes
 * around the value are left out, lines that begin with # are comments. Read at each call, so that it can be changed.
 */
export function secretsFile(path: string | undefined): FindSecret {
  return async (name) => {
    if (path === undefined) return undefined;
    try {
      return (await readSecrets(path)).get(name);
    } catch (error) {
      if (error instanceof NotPossibleHere) throw new ServiceRefusal("AccessDeniedException", error.message);
      throw error;
    }
  };
}

/** None where there is no file. Throws `NotPossibleHere`. */
export async function readSecrets(path: string): Promise<Map<string, string>> {
  return parseSecrets((await readOwnerOnly(path)) ?? "");
}

/** Throws `NotPossibleHere` that names the line and none of its text. */
export function parseSecrets(text: string): Map<string, string> {
  const secrets = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/u).entries()) {
    const trimmed = line.trim();
    if (trimmed === "" || trimmed.startsWith("#")) continue;
    const end = trimmed.indexOf("=");
    if (end < 1) throw new NotPossibleHere(`Line ${index + 1} of the secrets file is not NAME=VALUE.`);
    const value = trimmed.slice(end + 1).trim();
    secrets.set(trimmed.slice(0, end).trim(), /^'.*'$/u.test(value) ? value.slice(1, -1) : value);
  }
  return secrets;
}
