import type { Fingerprint } from "fingerprint-generator";

import { chromeBrands, majorVersion } from "./chrome-brands.ts";
import type { ProfileChoice } from "./context-profile.ts";
import { desktopFingerprint } from "./fingerprint-source.ts";
import { pickPlace } from "./places.ts";

type System = "Windows" | "macOS" | "Linux";

/** The frozen part of Chrome's user agent, one for each system. `navigator.platform` goes with it. */
const SYSTEMS: Readonly<Record<System, { readonly inUserAgent: string; readonly platform: string }>> = {
  Windows: { inUserAgent: "Windows NT 10.0; Win64; x64", platform: "Win32" },
  macOS: { inUserAgent: "Macintosh; Intel Mac OS X 10_15_7", platform: "MacIntel" },
  Linux: { inUserAgent: "X11; Linux x86_64", platform: "Linux x86_64" },
};

/**
 * A desktop Chrome as people have it: system, its version, processor, screen and window from a generator that learned
 * them from real browsers, so that they go together; language and time zone of one place. The version is the running
 * browser's own, since the browser's behaviour tells it anyway.
 */
export async function stealthProfile(random: () => number, browserVersion: string): Promise<ProfileChoice> {
  const { navigator, screen } = await desktopFingerprint(random);
  const place = pickPlace(random);
  const system = systemOf(navigator.userAgentData.platform);
  const { inUserAgent, platform } = SYSTEMS[system];
  const userAgent = `Mozilla/5.0 (${inUserAgent}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${majorVersion(browserVersion)}.0.0.0 Safari/537.36`;
  return {
    script: hideAutomation,
    options: {
      userAgent,
      locale: place.languages[0],
      timezoneId: place.timezoneId,
      screen: { width: screen.width, height: screen.height },
      viewport: viewportOf(screen),
      deviceScaleFactor: screen.devicePixelRatio,
      hasTouch: false,
      isMobile: false,
    },
    identity: {
      userAgent,
      acceptLanguage: place.languages.join(","),
      platform,
      hardwareConcurrency: navigator.hardwareConcurrency,
      userAgentMetadata: {
        ...chromeBrands(browserVersion),
        fullVersion: browserVersion,
        platform: system,
        platformVersion: system === "Linux" ? "" : navigator.userAgentData.platformVersion,
        architecture: system === "macOS" && navigator.userAgentData.architecture === "arm" ? "arm" : "x86",
        bitness: "64",
        model: "",
        mobile: false,
        wow64: false,
        formFactors: ["Desktop"],
      },
    },
  };
}

/** Runs in the page. The getter stays a native function to whoever looks. */
function hideAutomation(): void {
  const described = Object.getOwnPropertyDescriptor(Navigator.prototype, "webdriver") as { get: () => boolean };
  Object.defineProperty(Navigator.prototype, "webdriver", {
    ...described,
    get: new Proxy(described.get, { apply: () => false }),
  });
}

function systemOf(platform: string): System {
  return platform === "macOS" || platform === "Linux" ? platform : "Windows";
}

/** The part of the window that shows the page. Generated windows may be minimized or larger than their screen. */
function viewportOf(screen: Fingerprint["screen"]) {
  const width = Math.min(screen.outerWidth > 0 ? screen.outerWidth : screen.availWidth, screen.availWidth);
  const height = Math.min(screen.outerHeight > 0 ? screen.outerHeight : screen.availHeight, screen.availHeight);
  return { width: Math.max(width, MINIMUM_WIDTH), height: Math.max(height - TOOLBARS, MINIMUM_HEIGHT) };
}

/** Height of Chrome's tab strip, address bar and bookmarks, in CSS pixels. */
const TOOLBARS = 125;
const MINIMUM_WIDTH = 1_024;
const MINIMUM_HEIGHT = 550;
