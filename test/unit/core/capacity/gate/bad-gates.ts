import { SlotGate, type GateChange } from "../../../../../functions/core/capacity/slot-gate.ts";
import type { SlotRequest } from "../../../../../functions/core/capacity/slot-request.ts";

export class GateThatJoinsTheLonely extends SlotGate {
  override request(request: SlotRequest, nowMs: number, remainingMs: number): GateChange {
    return super.request({ ...request, alone: false }, nowMs, remainingMs);
  }
}

export class GateThatSparesAll extends SlotGate {
  override request(request: SlotRequest, nowMs: number, remainingMs: number): GateChange {
    return super.request({ ...request, displaceable: false }, nowMs, remainingMs);
  }
}

export class GateThatForgetsPlaces extends SlotGate {
  override request({ place: _, ...request }: SlotRequest, nowMs: number, remainingMs: number): GateChange {
    return super.request(request, nowMs, remainingMs);
  }
}

/** Not only critical work takes others' slots. */
export class GateForTheImportant extends SlotGate {
  override request(request: SlotRequest, nowMs: number, remainingMs: number): GateChange {
    const priority = request.priority === "high" ? "critical" : request.priority;
    return super.request({ ...request, priority }, nowMs, remainingMs);
  }
}

/** What a victim leaves behind goes to whoever is first in line: its heir lets go of it at once, and stands in line again. */
export class GateWithoutHeirs extends SlotGate {
  readonly #requests = new Map<string, SlotRequest>();
  readonly #heirs = new Map<string, string>();

  override request(request: SlotRequest, nowMs: number, remainingMs: number): GateChange {
    this.#requests.set(request.id, request);
    const change = super.request(request, nowMs, remainingMs);
    for (const { id, by } of change.displaced) this.#heirs.set(id, by);
    return change;
  }

  override release(id: string, nowMs: number, remainingMs: number): GateChange {
    const change = super.release(id, nowMs, remainingMs);
    const heir = this.#requests.get(this.#heirs.get(id) ?? "");
    if (heir === undefined || !change.granted.some((grant) => grant.id === heir.id)) return change;
    const changes = [super.release(heir.id, nowMs, remainingMs), super.request(heir, nowMs, remainingMs)];
    return {
      granted: [
        ...change.granted.filter((grant) => grant.id !== heir.id),
        ...changes.flatMap(({ granted }) => granted),
      ],
      refused: [...change.refused, ...changes.flatMap(({ refused }) => refused)],
      displaced: [...change.displaced, ...changes.flatMap(({ displaced }) => displaced)],
    };
  }
}
