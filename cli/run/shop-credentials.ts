/** As many as a file of examples may want; the shop has 100. */
const MEMBERS = 10;

/**
 * What logins of the example shop's members type, by the names under which a local run's Secrets Manager and SSM know it,
 * such as `sublet/example-shop/member-1`. Test data that stands in the shop's own documentation, and no secret.
 */
export function shopCredentials(): ReadonlyMap<string, string> {
  const users = Array.from({ length: MEMBERS }, (_, index) => `member-${index + 1}`);
  return new Map(
    users.map((user) => [
      `sublet/example-shop/${user}`,
      JSON.stringify({ username: user, password: `${user}-secret` }),
    ]),
  );
}
