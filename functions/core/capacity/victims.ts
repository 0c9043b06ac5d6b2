import { fits, rankOf, type SlotLimits, type SlotRequest } from "./slot-request.ts";

/**
 * Which running jobs make room for a critical one: the lowest priority first, and of those the one that started last,
 * which has the least to lose. As few as will do; undefined where even all of them wouldn't.
 * @param staying who will be in the browser whatever is decided here
 * @param running the others, in the order in which they started
 * @param atLeastOne somebody must go though there would be room: it is kept for another
 */
export function victimsFor(
  claimant: SlotRequest,
  staying: readonly SlotRequest[],
  running: readonly SlotRequest[],
  limits: SlotLimits,
  atLeastOne: boolean,
): readonly SlotRequest[] | undefined {
  const mayGo = (job: SlotRequest) => job.displaceable && rankOf(job.priority) < rankOf(claimant.priority);
  const candidates = running
    .filter(mayGo)
    .toReversed()
    .toSorted((one, other) => rankOf(one.priority) - rankOf(other.priority));
  const kept = [...staying, ...running.filter((job) => !mayGo(job)), claimant];
  if (!fits(kept, limits)) return undefined;
  // From the one that would go last: whoever can stay beside those that stay so far does.
  const victims: SlotRequest[] = [];
  for (const candidate of candidates.toReversed()) {
    if (fits([...kept, candidate], limits)) kept.push(candidate);
    else victims.unshift(candidate);
  }
  if (victims.length > 0 || !atLeastOne) return victims;
  return candidates.length > 0 ? candidates.slice(0, 1) : undefined;
}
