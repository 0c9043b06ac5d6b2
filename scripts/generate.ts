import { generateConfigurationDoc } from "./generate-configuration-doc.ts";
import { generateJobDocs } from "./generate-job-docs.ts";
import { generateLocalDoc } from "./generate-local-doc.ts";
import { generateLoginDocs } from "./generate-login-docs.ts";
import { generateRegistry } from "./generate-registry.ts";

/** Everything that is made from something else: the registries of strategies and logins, and the pages made from tables. */
await generateRegistry();
await generateConfigurationDoc();
await generateJobDocs();
await generateLocalDoc();
await generateLoginDocs();
