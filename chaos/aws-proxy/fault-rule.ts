import type { AwsRequest } from "./aws-request.ts";

/** What AWS, or the way to it, does instead of answering. */
export type Fault =
  /** Refused for its rate, in the service's own words; nothing is carried out. `code` replaces the service's usual one. */
  | { readonly kind: "throttle"; readonly code?: string }
  /** The service failed; nothing is carried out. */
  | { readonly kind: "error"; readonly status: 500 | 503 }
  /**
   * Carried out `beforeMs` after it came, though the caller may have given up meanwhile, as a write that was under way is;
   * answered `afterMs` later.
   */
  | { readonly kind: "slow"; readonly beforeMs?: number; readonly afterMs?: number }
  /** Never carried out and never answered. */
  | { readonly kind: "hang" }
  /** Never carried out; the connection is reset. */
  | { readonly kind: "reset" }
  /** Carried out; the connection is closed before the answer. */
  | { readonly kind: "lost-answer" }
  /** Carried out; the connection is closed in the midst of the answer's body. */
  | { readonly kind: "cut-answer" }
  /** Carried out; the answer stops in the midst of its body, on a connection that stays open. */
  | { readonly kind: "stalled-answer" }
  /** Of an SQS batch the first `entries` fail for the service's fault; the others are carried out. */
  | { readonly kind: "partial"; readonly entries: number };

/** Which requests meet a fault. What is absent matches everything. All but `when` is JSON, so that a plan can hold it. */
export interface FaultRule {
  readonly service?: string;
  readonly operations?: readonly string[];
  readonly when?: (request: AwsRequest) => boolean;
  /** 0 to 1 of the requests that match, drawn from the proxy's own random numbers. @default 1 */
  readonly probability?: number;
  /** After so many faults the rule is over. @default no end */
  readonly times?: number;
  readonly fault: Fault;
}

/** Rules in their order: the first one that matches, has faults left and is drawn decides. */
export class FaultRules {
  readonly #random: () => number;
  readonly #rules: readonly FaultRule[];
  readonly #used: number[];

  constructor(rules: readonly FaultRule[], random: () => number) {
    this.#rules = rules;
    this.#random = random;
    this.#used = rules.map(() => 0);
  }

  choose(request: AwsRequest): Fault | undefined {
    const chosen = this.#rules.findIndex(
      (rule, index) =>
        matches(rule, request) &&
        (this.#used[index] ?? 0) < (rule.times ?? Number.POSITIVE_INFINITY) &&
        (rule.probability === undefined || this.#random() < rule.probability),
    );
    if (chosen === -1) return undefined;
    this.#used[chosen] = (this.#used[chosen] ?? 0) + 1;
    return this.#rules[chosen]?.fault;
  }
}

function matches({ service, operations, when }: FaultRule, request: AwsRequest): boolean {
  return (
    (service === undefined || service === request.service) &&
    (operations === undefined || operations.includes(request.operation)) &&
    (when === undefined || when(request))
  );
}
