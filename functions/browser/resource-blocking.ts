import type { BrowserContext, Page, Request } from "playwright-core";

import type { ResourcePolicy } from "../core/job/resource-policy.ts";
import { blockedTypes } from "./cdp/context-steering.ts";
import { isSteered, steer } from "./cdp/steering.ts";

const PLAYWRIGHT_TYPES: Readonly<Record<string, string>> = { image: "Image", font: "Font", media: "Media" };

/**
 * From now on the context's pages, popups and frames don't load what the policy blocks; those requests fail with
 * `net::ERR_BLOCKED_BY_CLIENT`. Only requests of the blocked types cost a round trip, and the HTTP cache stays on. A later
 * policy replaces this one. Data URLs, and images that are a frame's own document, are loaded all the same.
 */
export async function applyResourcePolicy(context: BrowserContext, page: Page, policy: ResourcePolicy): Promise<void> {
  const blocked = blockedTypes(policy);
  // A context that isn't steered (a Playwright server's) has Playwright's own way: dearer, and without HTTP cache.
  if (!isSteered(context)) return routeByType(context, blocked);
  await steer(context, page, { blocked });
}

async function routeByType(context: BrowserContext, blocked: readonly string[]): Promise<void> {
  await context.unrouteAll({ behavior: "ignoreErrors" });
  if (blocked.length === 0) return;
  const isBlocked = (request: Request) => blocked.includes(PLAYWRIGHT_TYPES[request.resourceType()] ?? "");
  await context.route("**/*", (route) =>
    isBlocked(route.request()) ? route.abort("blockedbyclient") : route.fallback(),
  );
}
