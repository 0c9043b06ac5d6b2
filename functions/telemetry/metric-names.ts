/**
 * Every metric that the worker emits; dashboards and the local run name them by this table. `doc` is what a person
 * reads beside the graph.
 */
export const METRIC_NAMESPACE = "Sublet";

export const METRICS = {
  invocationMs: { name: "InvocationMs", unit: "Milliseconds", doc: "Length of one invocation." },
  batchSize: { name: "BatchSize", unit: "Count", doc: "Messages that the event source handed over at once." },
  refilledJobs: { name: "RefilledJobs", unit: "Count", doc: "Messages that a running invocation took by itself." },
  slots: { name: "Slots", unit: "Count", doc: "Slots that the container offered." },
  contextsPeak: { name: "ContextsPeak", unit: "Count", doc: "Most contexts in use at once in one browser." },
  slotSecondsOffered: { name: "SlotSecondsOffered", unit: "Seconds", doc: "Slots times the invocation's length." },
  slotSecondsUsed: { name: "SlotSecondsUsed", unit: "Seconds", doc: "Part of it with a job in the slot." },
  gbSeconds: { name: "GbSeconds", unit: "Count", doc: "Memory times the invocation's length: what Lambda bills." },
  cpuSeconds: { name: "CpuSeconds", unit: "Seconds", doc: "CPU time of Node and Chromium together." },
  queuedMs: { name: "QueuedMs", unit: "Milliseconds", doc: "From sent to a container." },
  waitMs: { name: "WaitMs", unit: "Milliseconds", doc: "From the container to a slot." },
  runMs: { name: "RunMs", unit: "Milliseconds", doc: "The strategy itself." },
  allocationColdMs: { name: "AllocationColdMs", unit: "Milliseconds", doc: "A context that needed a launch." },
  allocationWarmMs: { name: "AllocationWarmMs", unit: "Milliseconds", doc: "A context opened in a running browser." },
  allocationHotMs: { name: "AllocationHotMs", unit: "Milliseconds", doc: "A context that was made ahead." },
  givenBack: { name: "GivenBack", unit: "Count", doc: "Messages that went back to their queue." },
  duplicates: { name: "Duplicates", unit: "Count", doc: "Deliveries of ended jobs, deleted and not run." },
  rejected: { name: "Rejected", unit: "Count", doc: "Messages that were not jobs." },
  fencedOut: { name: "FencedOut", unit: "Count", doc: "Late writers refused by a fence." },
  browserLaunches: { name: "BrowserLaunches", unit: "Count", doc: "Browsers started." },
  browserCrashes: { name: "BrowserCrashes", unit: "Count", doc: "Browsers that died." },
  sessionsLeased: { name: "SessionsLeased", unit: "Count", doc: "Leases of sessions: taken for jobs, or to log in." },
  sessionsReleased: { name: "SessionsReleased", unit: "Count", doc: "Sessions given back." },
  sessionsQuarantined: { name: "SessionsQuarantined", unit: "Count", doc: "Sessions put aside." },
  sessionsRefreshed: { name: "SessionsRefreshed", unit: "Count", doc: "Logins carried out." },
  sessionsFencedOut: {
    name: "SessionsFencedOut",
    unit: "Count",
    doc: "Late writers to a session, refused by a fence.",
  },
  sessionsUnavailable: { name: "SessionsUnavailable", unit: "Count", doc: "Jobs that got no session in time." },
  sessionWaitMs: { name: "SessionWaitMs", unit: "Milliseconds", doc: "From the wish for a session to its use." },
  sessionLoginMs: { name: "SessionLoginMs", unit: "Milliseconds", doc: "One login." },
  /** With the dimensions `class` and `outcome`. */
  jobs: { name: "Jobs", unit: "Count", doc: "Attempts that ended, by class and outcome." },
} as const;
