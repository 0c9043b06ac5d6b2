export interface MemberAnswer {
  readonly status: number;
  readonly to: string | null;
  readonly html: string;
}

/** A browser without a browser: a cookie jar, no redirects followed. */
export interface MemberClient {
  readonly jar: Map<string, string>;
  get(path: string): Promise<MemberAnswer>;
  post(path: string, form?: Record<string, string>): Promise<MemberAnswer>;
  login(user: string, password?: string): Promise<MemberAnswer>;
}

export function memberClient(origin: string, jar: Map<string, string> = new Map()): MemberClient {
  const ask = async (path: string, init: RequestInit): Promise<MemberAnswer> => {
    const answer = await fetch(`${origin}${path}`, {
      ...init,
      redirect: "manual",
      headers: { Cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; ") },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/; Max-Age=0(;|$)/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return { status: answer.status, to: answer.headers.get("location"), html: await answer.text() };
  };
  const post = (path: string, form: Record<string, string> = {}) =>
    ask(path, { method: "POST", body: new URLSearchParams(form) });
  return {
    jar,
    get: (path) => ask(path, {}),
    post,
    login: (user, password = `${user}-secret`) => post("/members/login", { user, password }),
  };
}

/** The text of the element with that id; null when the page has none. */
export const textOf = (html: string, id: string): string | null =>
  new RegExp(` id="${id}"[^>]*>([^<]*)<`).exec(html)?.[1]?.trim() ?? null;
