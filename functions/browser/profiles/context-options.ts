import type { Profile } from "../../core/job/job-message.ts";
import { steer } from "../cdp/steering.ts";
import type { ContextProfile, ProfileChoice } from "./context-profile.ts";
import { defaultProfile } from "./default-profile.ts";
import { mobileProfile } from "./mobile-profile.ts";
import { stealthProfile } from "./stealth-profile.ts";

/**
 * How to open a context of a profile.
 * @param random from 0 to below 1; the same numbers give the same context
 * @param browserVersion the running browser's, as `browser.version()` gives it
 */
export async function contextOptionsFor(
  profile: Profile,
  random: () => number,
  browserVersion: string,
): Promise<ContextProfile> {
  const { options, identity, script } = await choose(profile, random, browserVersion);
  return {
    options,
    prepare: async (context, page) => {
      await Promise.all([steer(context, page, { identity }), script && context.addInitScript(script)]);
    },
  };
}

async function choose(profile: Profile, random: () => number, browserVersion: string): Promise<ProfileChoice> {
  switch (profile) {
    case "default":
      return defaultProfile(browserVersion);
    case "stealth":
      return stealthProfile(random, browserVersion);
    case "mobile":
      return mobileProfile(browserVersion);
  }
}
