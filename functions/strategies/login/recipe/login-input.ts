import { z } from "zod";

import { fullUrl } from "../../page/address.ts";
import { pattern, selector } from "../../reading/field.ts";
import { beginProblem, loginStepsSchema } from "../../recipe/steps.ts";
import { isSignedOut } from "./signed-out.ts";

const waitMs = (fallback: number) => z.int().min(100).max(120_000).default(fallback);

export const loginInput = z
  .strictObject({
    steps: loginStepsSchema.describe(
      "What to do, in order: `goto`, `wait`, `click`, `fill`, `select`, `press`, `scroll`, `assert`. `fill` takes `credential`, a credential's name, in place of `value`.",
    ),
    check: z
      .strictObject({
        url: fullUrl.describe("A page that only a logged-in visitor sees."),
        selector: selector.describe("An element of it that nobody else sees."),
        timeoutMs: waitMs(5_000).describe("How long the element may take once the page is open, in milliseconds."),
      })
      .describe("How to tell whether one is logged in."),
    signedOut: z
      .strictObject({
        paths: z
          .array(
            z
              .string()
              .max(500)
              .regex(/^(?:\/[^\s?#/\\]+)+$/u, "must be a path such as /login, without / at its end"),
          )
          .min(1)
          .max(20)
          .optional()
          .describe("Paths of the sites that `check` and the first step open; what lies under them counts too."),
        pattern: pattern.optional().describe("RE2 pattern on the whole address, of any site."),
      })
      .refine(({ paths, pattern: whole }) => paths !== undefined || whole !== undefined, {
        path: ["paths"],
        error: "must be given, or pattern",
      })
      .optional()
      .describe("Addresses that the site leads to whoever isn't logged in, such as its login page."),
    refused: z
      .strictObject({
        selector: selector.describe("An element that is there, even if hidden, only when the site says no."),
      })
      .optional()
      .describe("How to tell that the site refuses the credentials or the account."),
    succeeded: z
      .strictObject({
        selector: selector.describe("An element that is there when the login is through."),
        timeoutMs: waitMs(15_000).describe("How long it may take after the last step, in milliseconds."),
      })
      .optional()
      .describe("What to wait for. Default: that the page asks the site for nothing more."),
  })
  .superRefine((input, context) => {
    const problem = beginProblem(input.steps);
    if (problem !== undefined) {
      context.addIssue({ code: "custom", path: ["steps", 0], message: problem, input: input.steps[0] });
      // What is wrong by itself can't be tried.
    } else if (context.issues.length === 0 && isSignedOut(input, new URL(input.check.url))) {
      const message = "must not be one of signedOut: the check could only say no";
      context.addIssue({ code: "custom", path: ["check", "url"], message, input: input.check.url });
    }
  });

export type LoginInput = z.output<typeof loginInput>;
