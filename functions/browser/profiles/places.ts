/** Language and time zone that go together. English only: a page's language mustn't change from job to job. */
export interface Place {
  /** Best first, as Chrome on a computer of that place is set by default. */
  readonly languages: readonly [best: string, ...others: string[]];
  readonly timezoneId: string;
}

const PLACES: readonly Place[] = [
  { languages: ["en-US", "en"], timezoneId: "America/New_York" },
  { languages: ["en-US", "en"], timezoneId: "America/Chicago" },
  { languages: ["en-US", "en"], timezoneId: "America/Denver" },
  { languages: ["en-US", "en"], timezoneId: "America/Los_Angeles" },
  { languages: ["en-GB", "en-US", "en"], timezoneId: "Europe/London" },
  { languages: ["en-CA", "en-US", "en"], timezoneId: "America/Toronto" },
  { languages: ["en-AU", "en-US", "en"], timezoneId: "Australia/Sydney" },
  { languages: ["en-IE", "en-GB", "en"], timezoneId: "Europe/Dublin" },
];

export function pickPlace(random: () => number): Place {
  return PLACES[Math.floor(random() * PLACES.length)] as Place;
}
