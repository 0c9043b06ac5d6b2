import { Patterns } from "../../reading/pattern.ts";
import type { LoginStep } from "../../recipe/steps.ts";

interface SignedOutRule {
  readonly steps: readonly LoginStep[];
  readonly check: { readonly url: string };
  readonly signedOut?:
    | { readonly paths?: readonly string[] | undefined; readonly pattern?: string | undefined }
    | undefined;
}

/** A pattern looks at so much of an address. */
const ADDRESS_MAX_CHARACTERS = 2_000;

/** Whether the site leads only those to this address who aren't logged in. False where the input doesn't say. */
export function isSignedOut({ steps, check, signedOut }: SignedOutRule, address: URL): boolean {
  if (signedOut === undefined) return false;
  const { paths = [], pattern } = signedOut;
  const first = steps[0];
  // A path such as /login means nothing on another site that the job comes by.
  const ownHosts = [check.url, first?.do === "goto" ? first.url : check.url].map((url) => new URL(url).host);
  const isUnder = (path: string) => `${address.pathname}/`.startsWith(`${new URL(path, check.url).pathname}/`);
  if (ownHosts.includes(address.host) && paths.some(isUnder)) return true;
  if (pattern === undefined) return false;
  const text = address.href.slice(0, ADDRESS_MAX_CHARACTERS);
  return new Patterns().match(pattern, false, text, "signedOut.pattern") !== undefined;
}
