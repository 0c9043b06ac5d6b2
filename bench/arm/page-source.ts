import type { Page } from "playwright-core";

import type { AllocationTemperature } from "../../functions/core/job/job-result.ts";

/** A page in a pristine, isolated context for one job, and how it came. */
interface JobPage {
  readonly page: Page;
  readonly allocation: { readonly temperature: AllocationTemperature; readonly ms: number };
  /** Closes the context, and with it whatever was opened for this job alone. */
  release(): Promise<void>;
}

/** Where an arm's pages come from. */
export interface PageSource {
  open(): Promise<JobPage>;
  close(): Promise<void>;
}
