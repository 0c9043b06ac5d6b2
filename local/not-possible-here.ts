/** What was asked for needs something that this machine doesn't give. Ask for less, or run it elsewhere. */
export class NotPossibleHere extends Error {
  override readonly name = "NotPossibleHere";
}
