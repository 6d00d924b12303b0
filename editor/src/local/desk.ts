// What the server tells an account about its desk, and the requests of sign-in. The cookie is HttpOnly: no script sees it.
export interface Account {
  id: number;
  login: string;
  name: string;
  body: string;
  admin: boolean;
}

export interface Step {
  id: string;
  name_vi: string;
  name_en: string;
  article: string | null;
  bound: string;
  start: string | null;
  end: string | null;
  time: string | null;
}

export interface Waiting {
  body: string;
  count: number;
  since: number | null;
  heard: number;
}

export interface Desk {
  account: Account;
  roles: string[];
  election: string;
  /** Names the server's store; another one after a restore, which may lack what was there before. */
  store: string;
  /** Unix milliseconds of the server's clock. */
  now: number;
  /** The day that the demonstration takes for today. */
  as_of: string | null;
  /** `last` moves with each change of the document. */
  documents: { key: string; id: string; writes: boolean; last: number }[];
  timetable: Step[];
  /** Names only of those of the own body; the standing agency is given all. */
  people: { id: number; name: string | null; body: string }[];
  /** What devices last said of work they hold; only for the standing agency. */
  waiting: Waiting[];
}

export interface Problem {
  status: number;
  code: string;
  title: string;
  vi: string;
}

/** A request to the server's own API; `offline` if it was not reached. */
export async function ask<T>(method: string, path: string, body?: unknown, more: RequestInit = {}): Promise<T | Problem | "offline"> {
  return (await heard<T>(method, path, body, more)).answer;
}

/** The same with the answer's head. */
async function heard<T>(method: string, path: string, body?: unknown, more: RequestInit = {}): Promise<{ answer: T | Problem | "offline"; response?: Response }> {
  try {
    const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(path, { method, cache: "no-store", signal: AbortSignal.timeout(15_000), ...(body === undefined ? {} : json), ...more });
    const said = response.status === 204 || response.status === 304 ? {} : await response.json();
    return { response, answer: response.ok ? (said as T) : { code: "", title: "", vi: "", ...said, status: response.status } };
  } catch {
    return { answer: "offline" };
  }
}

/** Asks for the desk again and again; what is not new is not sent again. */
export class DeskAsked {
  #etag: string | undefined;

  /** The desk, or the server's clock alone, to the second, if the desk is what it was. */
  async again(): Promise<Desk | { now: number } | Problem | "offline"> {
    const { answer, response } = await heard<Desk>("GET", "/api/desk", undefined, this.#etag ? { headers: { "if-none-match": this.#etag } } : {});
    if (response?.status === 304) return { now: Date.parse(response.headers.get("date") ?? "") };
    if (response?.ok) this.#etag = response.headers.get("etag") ?? undefined;
    return answer;
  }

  /** What was answered last is not what this asks for: it is somebody else's. */
  forget(): void {
    this.#etag = undefined;
  }
}

export function isProblem(answer: unknown): answer is Problem {
  return typeof answer === "object" && answer !== null && "status" in answer && "code" in answer;
}
