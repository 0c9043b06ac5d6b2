import { CLOCK_SKEW_MARGIN_MS } from "../../../../../functions/core/lease/lease-rules.ts";
import type { LeaseStore, Take } from "../../../../../functions/core/lease/lease-store.ts";
import type { Lease } from "../../../../../functions/core/lease/lease.ts";
import { MemoryLeaseStore } from "../../../../../functions/core/lease/memory-lease-store.ts";

/** `take` believes its own clock. */
export class StoreWithoutSkewMargin extends MemoryLeaseStore {
  override async take(...[request, nowMs]: Parameters<LeaseStore["take"]>): Promise<Take> {
    const { durationMs } = request;
    const earlier = { ...request, durationMs: durationMs - CLOCK_SKEW_MARGIN_MS };
    const take = await super.take(earlier, nowMs + CLOCK_SKEW_MARGIN_MS);
    return take.kind === "taken"
      ? { ...take, lease: { ...take.lease, acquiredAtMs: nowMs, renewedAtMs: nowMs } }
      : take;
  }
}

/** Whoever writes, it counts as the holder's. */
export class StoreWithoutFenceCheck extends MemoryLeaseStore {
  override async checkpoint(
    ...[lease, checkpoint, nowMs]: Parameters<LeaseStore["checkpoint"]>
  ): ReturnType<LeaseStore["checkpoint"]> {
    return super.checkpoint(await this.#stored(lease), checkpoint, nowMs);
  }

  override async renew(
    ...[lease, durationMs, nowMs]: Parameters<LeaseStore["renew"]>
  ): ReturnType<LeaseStore["renew"]> {
    return super.renew(await this.#stored(lease), durationMs, nowMs);
  }

  async #stored(lease: Lease): Promise<Lease> {
    return (await this.read(lease.key)) ?? lease;
  }
}

/** Every lease has the fence of the first: an owner's late writes look like its later ones. */
export class StoreWithOneFence extends MemoryLeaseStore {
  override async take(...request: Parameters<LeaseStore["take"]>): Promise<Take> {
    const take = await super.take(...request);
    return take.kind === "taken" ? { ...take, lease: { ...take.lease, fence: 1 } } : take;
  }
}

/** `checkpoint` keeps whatever comes last. */
export class StoreThatGoesBack extends MemoryLeaseStore {
  override async checkpoint(
    ...[lease, checkpoint, nowMs]: Parameters<LeaseStore["checkpoint"]>
  ): ReturnType<LeaseStore["checkpoint"]> {
    const stored = await this.read(lease.key);
    const sequence = Math.max(checkpoint.sequence, (stored?.checkpoint?.sequence ?? 0) + 1);
    return super.checkpoint(lease, { ...checkpoint, sequence }, nowMs);
  }
}

/** `take` takes what is held. */
export class StoreThatIgnoresTheHolder extends MemoryLeaseStore {
  override async take(...[request, nowMs]: Parameters<LeaseStore["take"]>): Promise<Take> {
    const hour = 3_600_000;
    const take = await super.take({ ...request, durationMs: request.durationMs - hour }, nowMs + hour);
    return take;
  }
}

/** A renewal that was long on its way shortens what a later one gave. */
export class StoreThatShortensLeases extends MemoryLeaseStore {
  override async renew(
    ...[lease, durationMs, nowMs]: Parameters<LeaseStore["renew"]>
  ): ReturnType<LeaseStore["renew"]> {
    const lateMs = Math.max(0, ((await this.read(lease.key))?.renewedAtMs ?? 0) - nowMs);
    return super.renew(lease, durationMs - lateMs, nowMs + lateMs);
  }
}
