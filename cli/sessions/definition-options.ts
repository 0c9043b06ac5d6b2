/** The options of `sublet sessions import` by the field of a definition that they fill. */
const OPTIONS: Readonly<Record<string, string>> = {
  site: "--site",
  pool: "--pool",
  policy: "--policy",
  order: "--order",
  pages: "--pages",
  jobLimitMs: "--job-limit",
  maxAgeMs: "--max-age",
  maxUses: "--max-uses",
};

/** A field as who typed the command knows it; fields inside the login's file keep their path. */
export function optionOf(field: string): string {
  const [first = "", ...rest] = field.split(".");
  if (first === "login") return ["--login", rest.join(".")].filter((part) => part !== "").join(" ");
  return OPTIONS[first] ?? field;
}
