/** Whether the pages of a job load a kind of resource. What isn't needed isn't loaded: CPU-seconds set the price. */
export type Loading = "load" | "block";

/** Enforced by CDP resource type, on every page and frame of the context. */
export interface ResourcePolicy {
  readonly images: Loading;
  readonly fonts: Loading;
  readonly media: Loading;
}

/** Only what is needed to read text. */
export const TEXT_ONLY: ResourcePolicy = { images: "block", fonts: "block", media: "block" };
/** What a person would see. */
export const EVERYTHING: ResourcePolicy = { images: "load", fonts: "load", media: "load" };
