import type { BrowserPool } from "../../browser/browser-pool.ts";
import type { LeaseOwner } from "../../core/lease/lease.ts";
import type { Log } from "../../core/logging/log.ts";
import type { SessionMeter } from "../../core/session/session-meter.ts";
import type { SessionDefinition } from "../../core/session/session.ts";
import type { WorkerConfiguration } from "../configuration.ts";
import type { SessionRoom } from "./session-room.ts";

/** What the seats of one invocation share. */
export interface SessionSurroundings {
  readonly room: SessionRoom;
  readonly owner: LeaseOwner;
  readonly configuration: WorkerConfiguration;
  readonly log: Log;
  readonly meter: SessionMeter;
  /** The browser that a session's contexts live in: the container's, or the session's own. */
  browserOf(session: SessionDefinition): Pick<BrowserPool, "leaseContext">;
  /** Lets who waits for a session here look again at once. */
  changed(): void;
}
