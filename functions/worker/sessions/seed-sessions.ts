import { readFile } from "node:fs/promises";

import { InvalidConfiguration } from "../../core/configuration/configuration-table.ts";
import { boundedValue, describeRejection, type Rejection } from "../../core/job/rejection.ts";
import { readStorageState } from "../../core/session/definition/read-storage-state.ts";
import { readSessionManifest, type ManifestSession } from "../../core/session/definition/session-manifest.ts";
import type { StateSnapshot } from "../../core/session/state/session-state.ts";
import { stateFrom } from "../../core/session/state/states.ts";
import type { SessionDefinition } from "../../core/session/session.ts";
import type { Container } from "../container.ts";
import { loginOf } from "./log-in.ts";
import type { SessionRoom } from "./session-room.ts";
import { sealState } from "./vault.ts";

interface Seed {
  readonly definition: ManifestSession["definition"];
  readonly snapshot: StateSnapshot;
}

/**
 * Creates the sessions of the manifest (`SUBLET_SESSIONS`) that don't exist yet; one that does keeps what it has learned.
 * Throws `InvalidConfiguration` with every mistake, before anything is written.
 */
export async function seedSessions(container: Container): Promise<void> {
  const manifest = container.configuration.sessions;
  if (manifest === undefined) return;
  const { store, seal } = container.sessions;
  for (const { definition, snapshot } of await readSeeds(manifest, container.sessions)) {
    const nowMs = Date.now();
    const state = stateFrom(snapshot, { fence: 0, atMs: nowMs, writer: container.id });
    const created = await store.create(definition, { sealed: await sealState(seal, definition, state) }, nowMs);
    container.log.info("session of the manifest", { session: definition.name, outcome: created.kind });
  }
}

async function readSeeds(manifest: string, room: SessionRoom): Promise<Seed[]> {
  const text = manifest.trimStart().startsWith("[") ? manifest : await readFile(manifest, "utf8").catch(unreadable);
  const read = readSessionManifest(text);
  const problems: Rejection[] = read.kind === "rejected" ? [...read.rejections] : [];
  const seeds: Seed[] = [];
  for (const { index, definition, statePath } of read.sessions) {
    problems.push(...loginProblems(room, index, definition));
    const file = await readFile(statePath, "utf8").catch(() => undefined);
    const state = file === undefined ? undefined : readStorageState(file);
    if (state === undefined) {
      const value = boundedValue(statePath);
      problems.push({ field: `${index}.statePath`, rule: "must name a file that can be read", value });
    } else if (state.kind === "ok") seeds.push({ definition, snapshot: state.snapshot });
    else problems.push(...state.problems.map((one) => ({ ...one, field: `${index}.statePath: ${one.field}` })));
  }
  if (problems.length > 0) throw invalid(problems);
  return seeds;
}

function loginProblems(room: SessionRoom, index: number, definition: SessionDefinition): Rejection[] {
  try {
    loginOf(room, definition);
    return [];
  } catch (error) {
    return [{ field: `${index}.login`, rule: error instanceof Error ? error.message : String(error) }];
  }
}

function unreadable(error: unknown): never {
  throw new InvalidConfiguration([
    `SUBLET_SESSIONS: must be a JSON list, or the path of a file with one (${String(error)})`,
  ]);
}

function invalid(rejections: readonly Rejection[]): InvalidConfiguration {
  return new InvalidConfiguration(rejections.map((one) => `SUBLET_SESSIONS: ${describeRejection(one)}`));
}
