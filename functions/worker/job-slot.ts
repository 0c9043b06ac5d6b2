import type { SlotRequest } from "../core/capacity/slot-request.ts";
import type { SlotGrant } from "../core/capacity/slot-gate.ts";
import type { SlotHold } from "./attempt/attempt-start.ts";
import type { HeldMessage, Invocation } from "./invocation.ts";
import type { SlotAnswer } from "./slots.ts";

/** One job's slot, from its first grant on: the job may lose it and get another, and each moment of it is counted once. */
export class JobSlot implements SlotHold {
  readonly #invocation: Invocation;
  readonly #held: HeldMessage;
  readonly #request: Omit<SlotRequest, "alone" | "displaceable">;
  #grant: SlotGrant | undefined;
  #isTaken = false;

  constructor(
    invocation: Invocation,
    held: HeldMessage,
    request: Omit<SlotRequest, "alone" | "displaceable" | "place">,
  ) {
    this.#invocation = invocation;
    this.#held = held;
    this.#request = request;
  }

  /** The numbers of the moment at which it was given. */
  get grant(): SlotGrant | undefined {
    return this.#grant;
  }

  /** The first one. */
  async acquire(displaceable: boolean): Promise<SlotAnswer> {
    return this.#acquire({ ...this.#request, alone: false, displaceable }, this.#held.gone.signal);
  }

  async again(
    { alone, displaceable }: { readonly alone: boolean; readonly displaceable: boolean },
    signal: AbortSignal,
  ): Promise<SlotAnswer> {
    if (signal.aborted) return { kind: "withdrawn" };
    this.giveUp();
    return this.#acquire({ ...this.#request, noWait: false, alone, displaceable, place: this.#grant?.place }, signal);
  }

  giveUp(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    this.#invocation.meter.slotFreed(Date.now());
    this.#invocation.slots.release(this.#request.id);
  }

  async #acquire(request: SlotRequest, signal: AbortSignal): Promise<SlotAnswer> {
    const answer = await this.#invocation.slots.acquire(request, signal);
    if (answer.kind !== "granted") return answer;
    this.#grant = answer;
    this.#isTaken = true;
    this.#invocation.meter.slotTaken(Date.now());
    if (!signal.aborted) return answer;
    // It came with the very end of the wait, and nobody is there who would give it back.
    this.giveUp();
    return { kind: "withdrawn" };
  }
}
