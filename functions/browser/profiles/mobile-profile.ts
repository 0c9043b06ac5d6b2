import { devices } from "playwright-core";

import { chromeBrands, majorVersion } from "./chrome-brands.ts";
import type { ProfileChoice } from "./context-profile.ts";

/** An Android phone of Playwright's list: a Chromium can't pass for an iPhone's Safari. */
const DEVICE = "Pixel 7";
const LANGUAGE = "en-US";

/** One phone, the same for each context: its user agent, screen, pixel ratio and touch. */
export function mobileProfile(browserVersion: string): ProfileChoice {
  const { userAgent: described, defaultBrowserType: _type, ...device } = devices[DEVICE];
  // The descriptor names the version that Playwright ships with, not the one that runs; Chrome itself gives no more than
  // the major version, Android 10 and the model K.
  const userAgent = described
    .replace(/\(Linux; Android [^)]*\)/u, "(Linux; Android 10; K)")
    .replace(/Chrome\/[\d.]+/u, `Chrome/${majorVersion(browserVersion)}.0.0.0`);
  return {
    options: { ...device, userAgent, locale: LANGUAGE, timezoneId: "UTC" },
    identity: {
      userAgent,
      acceptLanguage: `${LANGUAGE},en`,
      platform: "Linux armv8l",
      userAgentMetadata: {
        ...chromeBrands(browserVersion),
        fullVersion: browserVersion,
        platform: "Android",
        platformVersion: "14.0.0",
        architecture: "",
        bitness: "",
        model: DEVICE,
        mobile: true,
        wow64: false,
        formFactors: ["Mobile"],
      },
    },
  };
}
