/** Fixed by the queue emulator: its ARNs and queue URLs carry this account. */
export const LOCAL_ACCOUNT = "000000000000";
export const LOCAL_REGION = "us-east-1";

/** The emulators take any; real ones must never reach a local function. */
export const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" } as const;
