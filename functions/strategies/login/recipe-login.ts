import { classifyError } from "../../core/job/classify-error.ts";
import { PermanentFailure, TransientFailure } from "../../core/job/failures.ts";
import { TEXT_ONLY } from "../../core/job/resource-policy.ts";
import type { Credentials } from "../../core/session/credentials.ts";
import { blotted } from "../contract/blotted.ts";
import { defineLogin } from "../contract/define-login.ts";
import { checkLogin } from "./recipe/check-login.ts";
import { logIn, MissingCredential } from "./recipe/log-in.ts";
import { loginInput } from "./recipe/login-input.ts";
import { isSignedOut } from "./recipe/signed-out.ts";

export default defineLogin({
  name: "recipe-login",
  summary:
    "Logs in by declarative steps, which type credentials by name, and tells by an element whether one is logged in.",
  input: loginInput,
  resources: TEXT_ONLY,
  login: async (run, credentials) => {
    try {
      await logIn(run, credentials);
    } catch (error) {
      if (run.signal.aborted) throw run.signal.reason;
      throw withoutCredentials(error, credentials);
    }
  },
  isLoggedIn: checkLogin,
  showsSignedOut: isSignedOut,
});

const MESSAGE_MAX_CHARACTERS = 500;

/** Playwright's errors quote what was typed, and a page may show it: only a clean copy leaves, without cause and stack. */
function withoutCredentials(error: unknown, credentials: Credentials): Error {
  // A key may read like a value, and must still be told.
  if (error instanceof MissingCredential) return error;
  const { error: known } = classifyError(error);
  const clean = blotted(known.message, credentials);
  const message = clean.length > MESSAGE_MAX_CHARACTERS ? `${clean.slice(0, MESSAGE_MAX_CHARACTERS - 1)}…` : clean;
  const at = known.at === undefined ? {} : { at: known.at };
  if (error instanceof PermanentFailure) return new PermanentFailure(known.name, message, at);
  return new TransientFailure(known.name, message, at);
}
