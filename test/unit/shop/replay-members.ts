import type { MemberEvent, MemberHistory, MemberRequest } from "../../../examples/shop/member-history.ts";

interface Point {
  readonly step: number;
  happen(): void;
}

/** Plays the history through a model of the site; what differs from the record, in words. */
export function replay({ events }: Pick<MemberHistory, "events">): string[] {
  const differences: string[] = [];
  const active = new Map<number, { readonly user: string; lastSearch: string | null; newestToken: number }>();
  const underWay = new Map<MemberRequest, Set<MemberRequest>>();
  const differs = (step: number, what: string, told: unknown, replayed: unknown): void => {
    if (told !== replayed) differences.push(`${step}: ${what} is ${String(told)}, replayed ${String(replayed)}`);
  };

  const begin = (request: MemberRequest): void => {
    const login = active.get(request.login);
    differs(request.step, "user", request.user, login?.user);
    if (request.token > (login?.newestToken ?? 0)) differences.push(`${request.step}: token ${request.token} is ahead`);
    const others = [...underWay].filter(([other]) => other.user === request.user);
    for (const [, theirs] of others) theirs.add(request);
    underWay.set(request, new Set(others.map(([other]) => other)));
  };
  const search = (request: MemberRequest, step: number): void => {
    const login = active.get(request.login);
    if (login === undefined) return;
    if (request.searched === null) differs(step, "shown", request.shown, login.lastSearch);
    else login.lastSearch = request.searched;
  };
  const finish = (request: MemberRequest, step: number): void => {
    differs(step, "overlapping", request.overlapping, underWay.get(request)?.size);
    underWay.delete(request);
    const login = active.get(request.login);
    if (request.issued === null || login === undefined) return differs(step, "issued", request.issued, null);
    login.newestToken += 1;
    differs(step, "issued", request.issued, login.newestToken);
  };

  const pointsOf = (event: MemberEvent): Point[] => {
    const { step } = event;
    switch (event.kind) {
      case "login-accepted":
        return [
          { step, happen: () => active.set(event.login, { user: event.user, lastSearch: null, newestToken: 1 }) },
        ];
      case "sign-out":
        return [{ step, happen: () => differs(step, "sign-out", active.delete(event.login), true) }];
      case "request": {
        const { searchStep, endedStep } = event;
        return [
          { step, happen: () => begin(event) },
          ...(searchStep === null ? [] : [{ step: searchStep, happen: () => search(event, searchStep) }]),
          ...(endedStep === null ? [] : [{ step: endedStep, happen: () => finish(event, endedStep) }]),
        ];
      }
      case "login-refused":
      case "turned-away":
        return [];
    }
  };
  for (const point of events.flatMap(pointsOf).toSorted((a, b) => a.step - b.step)) point.happen();
  return differences;
}
