/** What a page says of the renderer that it runs in, at one moment. */
export interface RendererAnswer {
  /** CPU time of the renderer's main thread since a moment of its past that stays the same, in seconds. */
  readonly threadSeconds: number;
  /** CPU time of the whole process since its start, in seconds, as /proc/PID/stat had it. */
  readonly processSeconds: number;
}

/** One renderer's clocks as /proc shows them. */
export interface RendererClock {
  /** CPU time of its main thread, in seconds; undefined where the kernel doesn't count it. */
  readonly threadSeconds: number | undefined;
  readonly processSeconds: number;
  /** It was on a CPU: the kernel brings the thread's time up to date at its ticks and when it leaves the CPU. */
  readonly running: boolean;
}

export type RendererClocks = ReadonlyMap<string, RendererClock>;

/** Where a renderer's thread clock may have stood when the answer's began. */
interface Origin {
  readonly from: number;
  readonly to: number;
}

/** The renderers that a page may be in, by name. */
export type Candidates = ReadonlyMap<string, Origin>;

/** An answer counts in steps of 1 µs, /proc in nanoseconds. */
const ROUNDING_SECONDS = 2e-6;
/** The longest tick that Linux is built with. */
const TICK_SECONDS = 0.01;

/**
 * Who can have given this answer: a renderer's clocks, read before the question and after the answer, enclose the time that
 * it tells, and where its thread clock stood at the beginning of the answer's is the same at each answer. An idle renderer's
 * clock stands still, so two answers tell it from any other; of two busy ones each further answer makes it less likely that
 * both fit.
 * @param candidates what earlier answers left; undefined: everybody
 */
export function narrowed(
  candidates: Candidates | undefined,
  answer: RendererAnswer,
  before: RendererClocks,
  after: RendererClocks,
): Candidates {
  const left = new Map<string, Origin>();
  for (const [name, first] of before) {
    const last = after.get(name);
    const known = candidates?.get(name);
    if (!last || (candidates && !known)) continue;
    if (answer.processSeconds < first.processSeconds - ROUNDING_SECONDS) continue;
    if (answer.processSeconds > last.processSeconds + ROUNDING_SECONDS) continue;
    const origin = intersection(known ?? ANYWHERE, originOf(answer, first, last));
    if (origin) left.set(name, origin);
  }
  return left;
}

const ANYWHERE: Origin = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

function originOf(answer: RendererAnswer, first: RendererClock, last: RendererClock): Origin {
  if (first.threadSeconds === undefined || last.threadSeconds === undefined) return ANYWHERE;
  const late = last.running ? TICK_SECONDS : 0;
  return {
    from: first.threadSeconds - answer.threadSeconds - ROUNDING_SECONDS,
    to: last.threadSeconds + late - answer.threadSeconds + ROUNDING_SECONDS,
  };
}

function intersection(one: Origin, other: Origin): Origin | undefined {
  const from = Math.max(one.from, other.from);
  const to = Math.min(one.to, other.to);
  return from <= to ? { from, to } : undefined;
}
