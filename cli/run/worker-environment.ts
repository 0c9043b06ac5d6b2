import { resolve } from "node:path";

/**
 * What of the caller's environment the workers of a local run get: the manifest of sessions. A path counts from the
 * caller's folder, because containers run in another one.
 */
export function workerEnvironment({ SUBLET_SESSIONS: manifest }: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  if (manifest === undefined || manifest.trim() === "") return {};
  return { SUBLET_SESSIONS: manifest.trimStart().startsWith("[") ? manifest : resolve(manifest) };
}
