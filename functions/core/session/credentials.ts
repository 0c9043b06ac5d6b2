import { TransientFailure } from "../job/failures.ts";

/** What a login types: strings by name, such as `username` and `password`. Never logged, never part of an error. */
export type Credentials = Readonly<Record<string, string>>;

/** The named credentials can't be read: set them right where they are kept. The message names them and holds none. */
export class CredentialsUnavailable extends TransientFailure {
  constructor(reference: string, rule: string) {
    super("CredentialsUnavailable", `the credentials ${reference} ${rule}`);
  }
}

/** Where credentials are kept. */
export interface CredentialStore {
  /**
   * One request, and none within five minutes of the last. Throws `CredentialsUnavailable`.
   * @param reference `secretsmanager:sublet/NAME` or `ssm:/sublet/NAME`; the value there is a JSON object of strings
   */
  read(reference: string): Promise<Credentials>;
}
