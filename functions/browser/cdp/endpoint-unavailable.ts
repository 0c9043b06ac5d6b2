/** The browser at an endpoint can't be had. The message names the endpoint, without credentials, and what to do. */
export class EndpointUnavailable extends Error {
  override readonly name = "EndpointUnavailable";
  readonly endpoint: string;

  constructor(endpoint: string, problem: string, advice: string, cause?: unknown) {
    const shown = withoutSecrets(endpoint);
    super(`No browser at ${shown}: ${problem}. ${advice}`, { cause });
    this.endpoint = shown;
  }
}

/** Hosted browsers take their key in the query or as a password. */
function withoutSecrets(endpoint: string): string {
  if (!URL.canParse(endpoint)) return "(not a URL)";
  const url = new URL(endpoint);
  url.username = "";
  url.password = "";
  if (url.search !== "") url.search = "?…";
  return decodeURI(url.href);
}
