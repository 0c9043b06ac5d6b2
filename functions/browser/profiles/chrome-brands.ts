import type { Brand } from "../cdp/context-steering.ts";

/**
 * Chrome hides a meaningless brand among its own, different in name, version and place for each major version, so that
 * sites don't rely on the list. Source: chromium components/embedder_support/user_agent_utils.cc,
 * GetGreasedUserAgentBrandVersion and ShuffleBrandList, read 2026-11-21; the rule stands since Chrome 110.
 */
const GREASE_CHARACTERS = [" ", "(", ":", "-", ".", "/", ")", ";", "=", "?", "_"] as const;
const GREASE_VERSIONS = ["8", "99", "24"] as const;
/** Places of the meaningless brand, Chromium and Google Chrome. */
const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

export interface BrandLists {
  /** `Sec-CH-UA`: major versions. */
  readonly brands: readonly Brand[];
  /** `Sec-CH-UA-Full-Version-List`. */
  readonly fullVersionList: readonly Brand[];
}

/** What Google Chrome of this version says, e.g. "153.0.8010.0". */
export function chromeBrands(browserVersion: string): BrandLists {
  const major = majorVersion(browserVersion);
  const greaseVersion = at(GREASE_VERSIONS, major);
  const greaseName = `Not${at(GREASE_CHARACTERS, major)}A${at(GREASE_CHARACTERS, major + 1)}Brand`;
  const list = (greased: string, version: string) => {
    const brands = [
      { brand: greaseName, version: greased },
      { brand: "Chromium", version },
      { brand: "Google Chrome", version },
    ];
    const order = at(ORDERS, major);
    return brands.map((_, place) => brands[order.findIndex((position) => position === place)] as Brand);
  };
  return {
    brands: list(greaseVersion, String(major)),
    fullVersionList: list(`${greaseVersion}.0.0.0`, browserVersion),
  };
}

export function majorVersion(browserVersion: string): number {
  return Number.parseInt(browserVersion, 10);
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
