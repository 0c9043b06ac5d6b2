import { chromeBrands, majorVersion } from "./chrome-brands.ts";
import type { ProfileChoice } from "./context-profile.ts";

const LANGUAGE = "en-US";

/** Chrome on Linux, which it is; only the word "Headless" is left out. The same for each context. */
export function defaultProfile(browserVersion: string): ProfileChoice {
  const userAgent = `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${majorVersion(browserVersion)}.0.0.0 Safari/537.36`;
  return {
    options: { userAgent, locale: LANGUAGE, timezoneId: "UTC", viewport: { width: 1_280, height: 720 } },
    identity: {
      userAgent,
      acceptLanguage: `${LANGUAGE},en`,
      platform: "Linux x86_64",
      userAgentMetadata: {
        ...chromeBrands(browserVersion),
        fullVersion: browserVersion,
        platform: "Linux",
        platformVersion: "",
        architecture: "x86",
        bitness: "64",
        model: "",
        mobile: false,
        wow64: false,
        formFactors: ["Desktop"],
      },
    },
  };
}
