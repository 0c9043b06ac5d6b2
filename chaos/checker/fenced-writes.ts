import type { History, LeaseWrite } from "../history.ts";
import type { Invariant } from "./violation.ts";

export const fencedWrites: Invariant = {
  name: "fenced-writes",
  doc: "No write after a lost lease: fences rise by one with each take, every other accepted write carries the fence and the owner of the last take, and nothing but a take or a repetition, word for word, follows a release or a finish.",
  violations: ({ writes }: History) => {
    const jobs = Map.groupBy(writes, ({ job }) => job);
    return [...jobs.values()].flatMap(ofJob);
  },
};

function ofJob(writes: readonly LeaseWrite[]): string[] {
  const problems: string[] = [];
  let holder: LeaseWrite | undefined;
  let ended: LeaseWrite | undefined;
  let last: LeaseWrite | undefined;
  for (const write of writes) {
    const repeated = last?.text === write.text;
    last = write;
    if (repeated) continue;
    const problem = write.kind === "take" ? takeProblem(write, holder, ended) : writeProblem(write, holder, ended);
    if (problem !== undefined) problems.push(`${write.job}: ${problem}`);
    if (write.kind === "take") {
      holder = write;
      ended = undefined;
    } else if (write.kind === "release" || write.kind === "finish") ended = write;
  }
  return problems;
}

function takeProblem(take: LeaseWrite, holder: LeaseWrite | undefined, ended: LeaseWrite | undefined) {
  if (ended?.kind === "finish") return `taken under fence ${take.fence} after it was finished`;
  const expected = (holder?.fence ?? 0) + 1;
  return take.fence === expected ? undefined : `fence ${take.fence} was given where ${expected} was next`;
}

function writeProblem(write: LeaseWrite, holder: LeaseWrite | undefined, ended: LeaseWrite | undefined) {
  const what = `${write.kind} under fence ${write.fence} by ${write.container}`;
  if (holder === undefined) return `${what} before any take`;
  if (write.fence !== holder.fence || write.container !== holder.container) {
    return `${what}, while fence ${holder.fence} was ${holder.container}'s`;
  }
  return ended === undefined ? undefined : `${what} after its ${ended.kind}`;
}
