import type { ResourcePolicy } from "../../core/job/resource-policy.ts";

/** Loads what one of the two loads. */
export function loadsEither(one: ResourcePolicy, other: ResourcePolicy): ResourcePolicy {
  const either = (kind: keyof ResourcePolicy) => (one[kind] === "load" || other[kind] === "load" ? "load" : "block");
  return { images: either("images"), fonts: either("fonts"), media: either("media") };
}

export function sameResources(one: ResourcePolicy, other: ResourcePolicy): boolean {
  return one.images === other.images && one.fonts === other.fonts && one.media === other.media;
}
