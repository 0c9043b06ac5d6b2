const ROWS_PER_PAGE = 3;

/** The rows of one page of a job's list; each names its job, so that a row that strayed tells where it is from. */
export function rowsOf(job: string, page: number): string[] {
  return Array.from({ length: ROWS_PER_PAGE }, (_, index) => `${job}/${page}/${index}`);
}

export function expectedRows(job: string, pages: number): string[] {
  return Array.from({ length: pages }, (_, index) => rowsOf(job, index + 1)).flat();
}
