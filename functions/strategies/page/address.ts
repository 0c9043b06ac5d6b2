import { z } from "zod";

import { PermanentFailure } from "../../core/job/failures.ts";

const URL_MAX_CHARACTERS = 2_000;
const HTTP_URL = /^https?:\/\/[^\s/?#]/iu;

/** A full http(s) address: where a job begins, nothing is there yet that a relative one could resolve against. */
export const fullUrl = z
  .string()
  .max(URL_MAX_CHARACTERS)
  .regex(HTTP_URL, "must be a full http:// or https:// URL")
  .refine((text) => URL.canParse(text), { error: "must be a valid URL", abort: true });

/** A full address or one that resolves against the page that the job is on. */
export const urlOrPath = z.string().min(1).max(URL_MAX_CHARACTERS);

/**
 * Resolves an address against the current page. Throws `PermanentFailure` `AddressInvalid` for everything that isn't
 * http(s) in the end (`javascript:`, `file:`, `data:` …), and for a relative address before the first page.
 */
export function resolveAddress(address: string, currentUrl: string, at: string): string {
  const base = HTTP_URL.test(currentUrl) ? currentUrl : undefined;
  if (!URL.canParse(address, base)) {
    const why =
      base === undefined ? "no page is open yet, so it must be a full http(s) URL" : `the page is ${currentUrl}`;
    throw new PermanentFailure("AddressInvalid", `"${address}" can't be resolved to an address: ${why}`, { at });
  }
  const resolved = new URL(address, base);
  if (resolved.protocol !== "http:" && resolved.protocol !== "https:") {
    throw new PermanentFailure("AddressInvalid", `"${address}" is no http(s) address`, { at });
  }
  return resolved.href;
}

/** The same page under the same name: without fragment. */
export function withoutFragment(url: string): string {
  const end = url.indexOf("#");
  return end < 0 ? url : url.slice(0, end);
}
