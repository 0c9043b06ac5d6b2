import { rowsOf } from "./rows.ts";

/**
 * One page of a job's list. Its script leaves the job's mark where only this job's context may find it, in storage and on a
 * channel, and tells the site of every mark that isn't its own; the cookie the site looks at itself.
 */
export function listPage(job: string, page: number): string {
  const rows = rowsOf(job, page).map((row) => `<li class="row">${row}</li>`);
  return `<!doctype html><title>${job} ${page}</title><ul>${rows.join("")}</ul><script>
const job = ${JSON.stringify(job)};
const tell = (saw) => fetch("/foreign?job=" + job + "&page=${page}&saw=" + encodeURIComponent(saw), { keepalive: true });
for (const storage of [localStorage, sessionStorage]) {
  const saw = storage.getItem("job");
  if (saw !== null && saw !== job) tell(saw);
  storage.setItem("job", job);
}
const channel = new BroadcastChannel("jobs");
channel.onmessage = ({ data }) => { if (data !== job) tell(data); };
channel.postMessage(job);
</script>`;
}
