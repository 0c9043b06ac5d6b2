import {
  HISTORY_FIRST_EVENTS,
  HISTORY_MAX_EVENTS,
  type ContextLossKind,
  type JobEvent,
  type TakenEvent,
} from "./job-history.ts";

/** A browser that ended with the job in it. */
export interface Death {
  readonly atMs: number;
  /** The browser's id; where the whole container vanished, that container's and its invocation's. */
  readonly browser: string;
  /** Jobs that it had, this one included; where the container vanished, as far as is known. */
  readonly neighbours: number;
  /** Nobody else can have done it. */
  readonly certain: boolean;
}

/** How a job may run, after what happened to it so far. */
export type Verdict =
  | { readonly kind: "run" }
  /** With no neighbour: the next death shows whose fault it is. */
  | { readonly kind: "alone"; readonly why: string; readonly deaths: readonly Death[] }
  /** Not again. */
  | { readonly kind: "poison"; readonly why: string; readonly deaths: readonly Death[] };

/** So often critical work may take a job's slot; then it runs to its end. */
export const DISPLACEMENTS_MAX = 2;

/**
 * Who is to blame for dead browsers. One that died with a single job in it was killed by that job; one that died with
 * several, by any of them. Poison: two certain deaths, or a certain and a shared one. Two shared ones, or an eviction for
 * memory beside others: the job runs alone, where it ends well or is found out. So a job takes down three browsers at
 * most, and an innocent neighbour is only ever made to run alone.
 *
 * A lease that was taken again without having ended stands for a container that vanished. Who else was in it by then
 * isn't known, so the death is shared, unless the job is known to have run alone or the container had a single slot.
 */
export function verdictOf(history: readonly JobEvent[]): Verdict {
  const losses = lossesOf(history);
  const deaths = deathsIn(losses);
  const certain = deaths.filter((death) => death.certain).length;
  const shared = deaths.length - certain;
  if (certain >= 2 || (certain >= 1 && shared >= 1)) {
    return { kind: "poison", why: `${deaths.length} browsers died with it: ${listed(deaths)}`, deaths };
  }
  if (shared >= 2) {
    const why = `${shared} browsers died with it and others in them: ${listed(deaths)}`;
    return { kind: "alone", why, deaths };
  }
  const eviction = losses.findLast(({ what, neighbours }) => what === "memory" && neighbours > 1);
  if (eviction === undefined) return { kind: "run" };
  const why = `it took the most memory of ${eviction.neighbours} jobs when their container ran out, at ${time(eviction.atMs)}`;
  return { kind: "alone", why, deaths };
}

/** Whether the container ran out of memory with nobody else in it: the job is larger than a container. */
export function wasEvictedAlone(history: readonly JobEvent[]): boolean {
  return lossesOf(history).some(({ what, neighbours }) => what === "memory" && neighbours <= 1);
}

/** How often critical work took the job's slot. */
export function displacementsOf(history: readonly JobEvent[]): number {
  return history.filter(({ kind }) => kind === "displaced").length;
}

interface Loss extends Death {
  readonly what: ContextLossKind | "container";
}

/** A browser dies once, whatever was written about it. */
function deathsIn(losses: readonly Loss[]): readonly Death[] {
  const deaths = new Map<string, Death>();
  for (const { what, ...death } of losses) {
    if (what !== "browser" && what !== "container") continue;
    if (!deaths.has(death.browser)) deaths.set(death.browser, death);
  }
  return [...deaths.values()];
}

function lossesOf(history: readonly JobEvent[]): readonly Loss[] {
  const losses: Loss[] = [];
  let open: TakenEvent | undefined;
  for (const [index, event] of history.entries()) {
    // Behind the first few events a long history is cut, and an end may lie in what was cut.
    if (index === HISTORY_FIRST_EVENTS && history.length >= HISTORY_MAX_EVENTS) open = undefined;
    if (event.kind === "taken") {
      if (open !== undefined) losses.push(vanished(open));
      open = event;
    } else if (event.kind === "ended" || event.kind === "recovered") {
      if (event.kind === "ended") open = undefined;
      if (event.lost === undefined) continue;
      const { atMs, browser = `of ${event.atMs}`, neighbours = 1 } = event;
      losses.push({ what: event.lost, atMs, browser, neighbours, certain: neighbours <= 1 });
    }
  }
  return losses;
}

/** Nothing says when, or of what: all that is known is how the container stood when the job came to it. */
function vanished({ atMs, container, invocation, running, slots, alone }: TakenEvent): Loss {
  const certain = alone === true || slots === 1;
  return { what: "container", atMs, browser: `${container}/${invocation}`, neighbours: certain ? 1 : running, certain };
}

function listed(deaths: readonly Death[]): string {
  return deaths.map((death) => `${death.browser} at ${time(death.atMs)} with ${company(death)}`).join(", ");
}

function company({ neighbours, certain }: Death): string {
  if (certain) return "no other job in it";
  if (neighbours <= 1) return "perhaps others in it";
  return neighbours === 2 ? "1 other job in it" : `${neighbours - 1} other jobs in it`;
}

function time(atMs: number): string {
  return new Date(atMs).toISOString();
}
