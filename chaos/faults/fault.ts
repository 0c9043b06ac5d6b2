import type { Random } from "../../examples/shop/random.ts";
import type { FleetOrderStore } from "../../functions/core/fleet/fleet-orders.ts";
import type { ContainerView } from "../../local/runtime/container.ts";
import type { FaultRule } from "../aws-proxy/fault-rule.ts";
import type { SiteTrouble } from "../load/site.ts";
import type { DrawableFault } from "../plan/draw-plan.ts";

/** What a fault can lay hands on. */
export interface FaultTarget {
  /** Containers that live now. */
  containers(): readonly BusyContainer[];
  /** From now on. @returns what ends it */
  aws(rules: readonly FaultRule[]): () => void;
  /** From now on. @returns what ends it */
  site(trouble: SiteTrouble): () => void;
  /** Of every invocation that begins from now on. @returns what ends it */
  functionTimeout(seconds: number): () => void;
  /** A further message of each of these jobs. */
  sendAgain(jobs: readonly string[]): Promise<void>;
  /** As an operator gives them. */
  readonly orders: FleetOrderStore;
  /** Jobs of the plan that are under way anywhere. */
  atWork(): readonly string[];
}

export interface BusyContainer {
  readonly view: ContainerView;
  /** Worker's own name of it; undefined until it has taken its first job. */
  readonly name: string | undefined;
  /** Jobs that it has a lease for. */
  readonly jobs: readonly string[];
}

export interface Injection {
  readonly what: string;
  readonly hit: boolean;
  readonly stopped?: { readonly container: string; readonly untilMs: number };
  /** Absent: recovery isn't a matter of this fault. */
  readonly interrupted?: readonly string[];
  /** Ends what goes on; after so long, or when the plan is over. */
  readonly end?: { readonly afterMs: number; readonly now: () => void };
}

/** One kind of fault. All that is left to chance comes from `random`, so that a plan replays. */
export interface Fault extends DrawableFault {
  /** One sentence for docs/reliability.md. */
  readonly doc: string;
  /** Done at its moment; absent where the jobs that it brings are the fault. */
  inject?(target: FaultTarget, random: Random): Injection | Promise<Injection>;
}

export const NOTHING_TO_HIT: Injection = { what: "there was nothing to hit", hit: false };
