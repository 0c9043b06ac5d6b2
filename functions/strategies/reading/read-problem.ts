import { z } from "zod";

/** What was there and couldn't be read as its type, or a limit that cut something off. */
export const readProblem = z.object({
  at: z.string(),
  /** Path of the field, such as `products[3].price`. */
  field: z.string(),
  problem: z.string(),
});
export type ReadProblem = Readonly<z.output<typeof readProblem>>;
