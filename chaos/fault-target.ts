import type { FaultRule } from "./aws-proxy/fault-rule.ts";
import type { FaultTarget } from "./faults/fault.ts";
import type { SiteTrouble } from "./load/site.ts";
import type { Stand } from "./stand/stand.ts";
import type { PlanWatch } from "./watch.ts";

/** What the faults of one plan lay hands on. Several at once don't end each other. */
export function faultTarget(stand: Stand, watch: PlanWatch, sendAgain: FaultTarget["sendAgain"]): FaultTarget {
  const rules = new Set<readonly FaultRule[]>();
  const troubles = new Set<SiteTrouble>();
  const setRules = () => stand.aws([...rules].flat());
  const trouble: SiteTrouble = (visit) => {
    for (const one of troubles) {
      const does = one(visit);
      if (does !== undefined) return does;
    }
    return undefined;
  };
  stand.site.trouble(trouble);
  return {
    containers: () => {
      const atWork = watch.atWork();
      return stand.containers().map((view) => {
        const name = watch.nameOf(view.id);
        return { view, name, jobs: name === undefined ? [] : (atWork.get(name) ?? []) };
      });
    },
    aws: (added) => {
      rules.add(added);
      setRules();
      return () => {
        rules.delete(added);
        setRules();
      };
    },
    site: (added) => {
      troubles.add(added);
      return () => troubles.delete(added);
    },
    functionTimeout: (seconds) => {
      stand.functionTimeout(seconds);
      return () => stand.functionTimeout(undefined);
    },
    sendAgain,
    orders: stand.orders,
    atWork: () => [...watch.atWork().values()].flat(),
  };
}
