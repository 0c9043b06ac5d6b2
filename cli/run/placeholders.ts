/** Fills `{{name}}` in inside JSON text: the values are origins and host names, which need no escape. */
export function fillIn(text: string, placeholders: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/gu, (whole, name: string) => placeholders[name] ?? whole);
}
