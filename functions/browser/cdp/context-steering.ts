import type { ResourcePolicy } from "../../core/job/resource-policy.ts";

export interface Brand {
  readonly brand: string;
  readonly version: string;
}

/** `UserAgentMetadata` of the DevTools protocol: what client hints and `navigator.userAgentData` tell. */
interface ClientHints {
  readonly brands: readonly Brand[];
  readonly fullVersionList: readonly Brand[];
  /** Chrome still tells it, though the list has taken its place. */
  readonly fullVersion: string;
  readonly platform: string;
  readonly platformVersion: string;
  readonly architecture: string;
  readonly bitness: string;
  readonly model: string;
  readonly mobile: boolean;
  readonly wow64: boolean;
  readonly formFactors: readonly string[];
}

/** What a context says it is, beyond what Playwright's options can say. */
export interface Identity {
  readonly userAgent: string;
  /** The languages, best first, without weights: the browser adds them. */
  readonly acceptLanguage: string;
  /** `navigator.platform`. */
  readonly platform: string;
  readonly userAgentMetadata: ClientHints;
  /** Processors. Missing: as many as there are. */
  readonly hardwareConcurrency?: number;
}

export type BlockableType = "Image" | "Font" | "Media";

/** What holds for each page, popup, frame and worker of one context, now and later. */
export interface ContextSteering {
  readonly identity?: Identity;
  readonly blocked: readonly BlockableType[];
}

export const UNSTEERED: ContextSteering = { blocked: [] };

/** The DevTools protocol's resource types that a policy blocks. */
export function blockedTypes(policy: ResourcePolicy): readonly BlockableType[] {
  const types: BlockableType[] = [];
  if (policy.images === "block") types.push("Image");
  if (policy.fonts === "block") types.push("Font");
  if (policy.media === "block") types.push("Media");
  return types;
}
