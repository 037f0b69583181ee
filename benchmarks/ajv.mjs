// Reads and validates all files of a registry with js-yaml and ajv: node ajv.mjs PACKAGES SCHEMAS REGISTRY
import { createRequire } from "node:module";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const [packages, schemas, registry] = process.argv.slice(2);
const require = createRequire(join(packages, "package.json"));
const Ajv = require("ajv/dist/2020").default;
const yaml = require("js-yaml");
const ajv = new Ajv({ strict: false, logger: false });
const tops = { partners: "partner", tasks: "task", systems: "system", security: "security" };
const fixed = { "cooperation.yaml": "cooperation", "agreement.yaml": "agreement", "costs.yaml": "costs" };
const inside = { members: "member", mandates: "mandate", pools: "pool", suspensions: "suspension" };
const validators = {};

function validator(kind) {
  validators[kind] ??= ajv.compile(JSON.parse(readFileSync(join(schemas, `registry-${kind}.schema.json`), "utf8")));
  return validators[kind];
}

let count = 0;
function check(path, kind) {
  const data = yaml.load(readFileSync(path, "utf8"), { schema: yaml.CORE_SCHEMA });
  const validate = validator(kind);
  if (!validate(data)) throw new Error(`${path}: ${JSON.stringify(validate.errors[0])}`);
  count += 1;
}

check(join(registry, "registry.yaml"), "registry");
for (const [folder, kind] of Object.entries(tops))
  for (const name of readdirSync(join(registry, folder))) check(join(registry, folder, name), kind);
const cooperations = join(registry, "cooperations");
for (const id of readdirSync(cooperations))
  for (const entry of readdirSync(join(cooperations, id), { withFileTypes: true })) {
    const path = join(cooperations, id, entry.name);
    if (entry.isFile()) check(path, fixed[entry.name]);
    else for (const name of readdirSync(path)) check(join(path, name), inside[entry.name]);
  }
console.log(count);
